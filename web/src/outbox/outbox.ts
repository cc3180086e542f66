import { computed, ref, shallowRef } from 'vue'
import { account } from '../session/account.ts'
import { onTabMessage, tellTabs } from '../storage/tabs.ts'
import { serverNow } from '../time/clock.ts'
import { type Change, type Entry, renewed, type Wish, waitingOf, withEntry, withoutEntry } from './entry.ts'
import { type Changed, memoryStore, type OutboxStore, openOutboxStore } from './outbox-store.ts'
import type { OwnStudy } from './send-entry.ts'

/** Entries of all accounts as the store has them, and changes that are under way there. */
const stored = shallowRef<readonly Entry[]>([])
const underWay = shallowRef<readonly Change[]>([])
const shown = computed(() => underWay.value.reduce((entries, change) => change(entries), stored.value))

/** What waits for the service, of the account that is signed in: at once. */
export const outbox = computed(() => waitingOf(shown.value, account.value?.id))
/** The same as far as it is kept: what a kill leaves. */
export const keptOutbox = computed(() => waitingOf(stored.value, account.value?.id))
export const parkedEntries = computed(() => keptOutbox.value.filter((entry) => entry.parked !== undefined))
/** Whether entries outlast this page. */
export const isOutboxLasting = ref(true)
/** Records as the service confirmed them, until the next reading has them. */
export const confirmed = shallowRef<ReadonlyMap<number, OwnStudy | undefined>>(new Map())
/** Counts up whenever there is something new to send. */
export const sendingWishes = ref(0)

let store: Promise<OutboxStore> | undefined

/** Reads what earlier pages left. */
export async function openOutbox(): Promise<void> {
  const { isLasting } = await opened()
  isOutboxLasting.value = isLasting
  await readOutbox()
  onTabMessage('outbox', () => void readOutbox())
}

function opened(): Promise<OutboxStore> {
  store ??= openOutboxStore()
  return store
}

/** Other tabs write to it too. */
export async function readOutbox(): Promise<readonly Entry[]> {
  try {
    stored.value = await (await opened()).read()
  } catch {
    await goOnInMemory(await opened())
  }
  return stored.value
}

/** Changes the entries on the screen at once, and then where they are kept. Returns them as they were and are kept. */
export async function changeOutbox(change: Change): Promise<Changed> {
  underWay.value = [...underWay.value, change]
  const changed = await keep(change)
  underWay.value = underWay.value.filter((one) => one !== change)
  stored.value = changed.after
  return changed
}

async function keep(change: Change): Promise<Changed> {
  const used = await opened()
  try {
    const changed = await used.change(change)
    if (used.isLasting) tellTabs('outbox')
    if (used === (await opened())) return changed
  } catch {
    await goOnInMemory(used)
  }
  return (await opened()).change(change)
}

/** A full disk, or a browser that has shut the database: what is known here is still sent. */
async function goOnInMemory(used: OutboxStore): Promise<void> {
  isOutboxLasting.value = false
  if (used === (await opened())) store = Promise.resolve(memoryStore(stored.value))
}

/**
 * Takes a wish down at once, keeps it, and has it sent. Returns its key.
 * @param holdSeconds for what can't be undone at the service: so long it can be taken back, and is not sent
 */
export function put(wish: Wish, { holdSeconds = 0 } = {}): string {
  const { id } = account.value ?? {}
  if (id === undefined) throw new Error('nobody is signed in')
  const key = randomKey()
  const held = holdSeconds > 0 ? { heldUntil: serverNow() + holdSeconds } : {}
  // A wish from a form may hold reactive objects, which the database refuses.
  const plain: Wish = JSON.parse(JSON.stringify(wish))
  const entry = { ...plain, ...held, key, account: id, order: 0 } as Entry
  void changeOutbox((entries) => withEntry(entries, entry)).then(wishSending)
  return key
}

/** Takes an entry back. False if it may have reached the service: then the opposite has to be put. */
export async function takeBack(key: string): Promise<boolean> {
  const { before, after } = await changeOutbox((entries) => withoutEntry(entries, key))
  return before.length > after.length
}

/** Sends a parked entry again, changed or not. */
export async function resend(key: string, changes: object = {}): Promise<void> {
  const plain: object = JSON.parse(JSON.stringify(changes))
  await changeOutbox((entries) => renewed(entries, key, plain))
  wishSending()
}

/** When the account is gone: there is nobody left to send it for. */
export function discardOutbox(): void {
  const mine = account.value?.id
  void changeOutbox((entries) => entries.filter((entry) => entry.account !== mine))
}

function wishSending(): void {
  sendingWishes.value++
}

/** `crypto.randomUUID` exists with TLS only. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
