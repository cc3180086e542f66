import { computed, ref, shallowRef } from 'vue'
import { account } from '../session/account.ts'
import { notifyTabs, onTabMessage } from '../storage/tabs.ts'
import { serverNow } from '../time/clock.ts'
import { type Change, type Entry, type NewEntry, retried, waitingOf, withEntry, withoutEntry } from './entry.ts'
import { type Changed, memoryStore, type OutboxStore, openOutboxStore } from './outbox-store.ts'
import type { OwnStudy } from './send-entry.ts'

/** The stored entries of all accounts, and the changes that are being stored. */
const stored = shallowRef<readonly Entry[]>([])
const pendingChanges = shallowRef<readonly Change[]>([])
const shown = computed(() => pendingChanges.value.reduce((entries, change) => change(entries), stored.value))

/** The waiting entries of the signed-in account, including changes that are being stored. */
export const outbox = computed(() => waitingOf(shown.value, account.value?.id))
/** The same, but only what is stored already. */
export const storedOutbox = computed(() => waitingOf(stored.value, account.value?.id))
export const parkedEntries = computed(() => storedOutbox.value.filter((entry) => entry.parked !== undefined))
/** Whether entries are stored beyond the life of this page. */
export const isOutboxLasting = ref(true)
/** Records as confirmed by the service, until the next load includes them. Undefined for removed ones. */
export const confirmed = shallowRef<ReadonlyMap<number, OwnStudy | undefined>>(new Map())
/** Increases whenever there is something new to send. */
export const sendRequests = ref(0)

let store: Promise<OutboxStore> | undefined

/** Reads the entries that earlier pages stored. */
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
    await fallBackToMemory(await opened())
  }
  return stored.value
}

/** Changes the entries on the screen at once, then in the store. Returns the stored entries before and after. */
export async function changeOutbox(change: Change): Promise<Changed> {
  pendingChanges.value = [...pendingChanges.value, change]
  const changed = await storeChange(change)
  pendingChanges.value = pendingChanges.value.filter((one) => one !== change)
  stored.value = changed.after
  return changed
}

async function storeChange(change: Change): Promise<Changed> {
  const used = await opened()
  try {
    const changed = await used.change(change)
    if (used.isLasting) notifyTabs('outbox')
    if (used === (await opened())) return changed
  } catch {
    await fallBackToMemory(used)
  }
  return (await opened()).change(change)
}

/** Continues in memory after a storage error, such as a full disk, so that the known entries are still sent. */
async function fallBackToMemory(used: OutboxStore): Promise<void> {
  isOutboxLasting.value = false
  if (used === (await opened())) store = Promise.resolve(memoryStore(stored.value))
}

/**
 * Adds an entry, stores it and has it sent. Returns its key.
 * @param holdSeconds how long it can be cancelled before it is sent, for operations that the service cannot undo
 */
export function enqueue(newEntry: NewEntry, { holdSeconds = 0 } = {}): string {
  const { id } = account.value ?? {}
  if (id === undefined) throw new Error('nobody is signed in')
  const key = randomKey()
  const held = holdSeconds > 0 ? { heldUntil: serverNow() + holdSeconds } : {}
  // Entries from forms may contain reactive objects, which the database refuses.
  const plain: NewEntry = JSON.parse(JSON.stringify(newEntry))
  const entry = { ...plain, ...held, key, account: id, order: 0 } as Entry
  void changeOutbox((entries) => withEntry(entries, entry)).then(requestSending)
  return key
}

/** Cancels an entry. Returns false if it may have reached the service; then the caller must undo it there. */
export async function cancelEntry(key: string): Promise<boolean> {
  const { before, after } = await changeOutbox((entries) => withoutEntry(entries, key))
  return before.length > after.length
}

/** Sends a parked entry again, changed or not. */
export async function resend(key: string, changes: object = {}): Promise<void> {
  const plain: object = JSON.parse(JSON.stringify(changes))
  await changeOutbox((entries) => retried(entries, key, plain))
  requestSending()
}

/** Called when the account was removed. */
export function discardOutbox(): void {
  const mine = account.value?.id
  void changeOutbox((entries) => entries.filter((entry) => entry.account !== mine))
}

function requestSending(): void {
  sendRequests.value++
}

/** `crypto.randomUUID` exists with TLS only. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
