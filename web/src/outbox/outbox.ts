import { computed, ref, shallowRef } from 'vue'
import { onAnswer } from '../api/client.ts'
import { account } from '../session/account.ts'
import { recordsVersion } from '../storage/resource.ts'
import { onTabMessage, tellTabs } from '../storage/tabs.ts'
import { type Entry, nextToSend, renewed, type Wish, withId, withoutEntry } from './entry.ts'
import { type OutboxStore, openOutboxStore } from './outbox-store.ts'
import { type Outcome, outcomeOf } from './outcome.ts'
import { type OwnStudy, sendEntry } from './send-entry.ts'

const all = shallowRef<readonly Entry[]>([])
/** What waits for the service, of the account that is signed in. */
export const outbox = computed(() => all.value.filter((entry) => entry.account === account.value?.id))
export const parkedEntries = computed(() => outbox.value.filter((entry) => entry.parked !== undefined))
/** Whether entries outlast this page. */
export const isOutboxLasting = ref(true)
/** Records as the service confirmed them, until the next reading has them. */
export const confirmed = shallowRef<ReadonlyMap<number, OwnStudy | undefined>>(new Map())

/** Keys of what may still be taken back, in this page. */
const held = new Set<string>()
let store: Promise<OutboxStore> | undefined
let isSending = false
let failures = 0
let timer: ReturnType<typeof setTimeout> | undefined
/** Before this, nothing is sent unless the student or the network gives a new reason. */
let restsUntil = 0

/** Reads what earlier pages left, and sends it now and at every good occasion. */
export async function openOutbox(): Promise<void> {
  store = openOutboxStore()
  isOutboxLasting.value = (await store).isLasting
  await readAgain()
  onTabMessage('outbox', () => void readAgain())
  addEventListener('online', () => sendSoon())
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) sendSoon()
  })
  onAnswer(({ ok }) => {
    if (ok && performance.now() >= restsUntil) void sendAll()
  })
  sendSoon()
}

/**
 * Takes a wish down at once, keeps it, and sends it when it can. Returns its key.
 * @param holdSeconds for what can't be undone at the service: so long it can be taken back, unless the page is closed before
 */
export function put(wish: Wish, { holdSeconds = 0 } = {}): string {
  const { id } = account.value ?? {}
  if (id === undefined) throw new Error('nobody is signed in')
  const order = Math.max(0, ...all.value.map((entry) => entry.order)) + 1
  const entry = { ...wish, key: randomKey(), account: id, order, wasSent: false } as Entry
  all.value = [...all.value, entry]
  if (holdSeconds > 0) hold(entry.key, holdSeconds)
  void keep([entry], []).then(sendSoon)
  return entry.key
}

function hold(key: string, seconds: number): void {
  held.add(key)
  setTimeout(() => {
    held.delete(key)
    sendSoon()
  }, seconds * 1000)
}

/** Takes an entry back. False if it may have reached the service: then the opposite has to be put. */
export function takeBack(key: string): boolean {
  const left = withoutEntry(all.value, key)
  if (left === undefined) return false
  replaceAll(left)
  return true
}

/** Sends a parked entry again, changed or not. */
export function resend(key: string, changes: object = {}): void {
  replaceAll(renewed(all.value, key, randomKey(), changes))
  sendSoon()
}

/** When the account is gone: there is nobody left to send it for. */
export function discardOutbox(): void {
  const mine = account.value?.id
  replaceAll(all.value.filter((entry) => entry.account !== mine))
}

export function sendSoon(): void {
  restsUntil = 0
  clearTimeout(timer)
  timer = setTimeout(() => void sendAll())
}

async function sendAll(): Promise<void> {
  if (isSending || account.value === undefined) return
  isSending = true
  let isChanged = false
  try {
    for (let entry = next(); entry !== undefined; entry = next()) {
      const outcome = await sendOne(entry)
      if (outcome.kind === 'done') isChanged = true
      if (outcome.kind === 'later') rest(outcome.seconds)
      if (outcome.kind === 'later' || outcome.kind === 'signed-out') break
    }
  } finally {
    isSending = false
  }
  if (!isChanged) return
  recordsVersion.value++
  tellTabs('records')
}

function next(): Entry | undefined {
  const free = all.value.filter(({ key }) => !held.has(key))
  return account.value && nextToSend(free, account.value.id)
}

async function sendOne(entry: Entry): Promise<Outcome> {
  if (!entry.wasSent) {
    const sent = { ...entry, wasSent: true }
    all.value = all.value.map((one) => (one.key === entry.key ? sent : one))
    await keep([sent], [])
  }
  const result = await sendEntry(entry)
  const outcome = outcomeOf(entry, result, failures)
  failures = outcome.kind === 'later' ? failures + 1 : 0
  if (outcome.kind === 'done') settle(entry, result.ok ? result.data : undefined)
  if (outcome.kind === 'parked') {
    const { status, message } = outcome
    replaceAll(all.value.map((one) => (one.key === entry.key ? { ...one, parked: { status, message } } : one)))
  }
  return outcome
}

/** The entry leaves, and what waited for its record learns the record's id. */
function settle(entry: Entry, study: OwnStudy | undefined): void {
  const id = study?.id ?? ('target' in entry && 'id' in entry.target ? entry.target.id : undefined)
  const answered = study && entry.action === 'start' ? { ...study, subject: entry.subject } : study
  if (id !== undefined) confirmed.value = new Map(confirmed.value).set(id, answered)
  const left = all.value.filter(({ key }) => key !== entry.key)
  replaceAll(entry.action === 'start' && study ? withId(left, entry.key, study.id) : left)
}

function rest(seconds: number): void {
  restsUntil = performance.now() + seconds * 1000
  clearTimeout(timer)
  timer = setTimeout(() => void sendAll(), seconds * 1000)
}

function replaceAll(entries: readonly Entry[]): void {
  const before = all.value
  all.value = entries
  const removed = before.filter(({ key }) => !entries.some((entry) => entry.key === key)).map(({ key }) => key)
  void keep(
    entries.filter((entry) => !before.includes(entry)),
    removed,
  )
}

async function keep(entries: readonly Entry[], removed: readonly string[]): Promise<void> {
  try {
    await (await store)?.write(entries, removed)
    tellTabs('outbox')
  } catch {
    // A full disk: what is in memory is still sent.
    isOutboxLasting.value = false
  }
}

async function readAgain(): Promise<void> {
  const opened = await store
  if (opened?.isLasting) all.value = await opened.read()
}

/** `crypto.randomUUID` exists with TLS only. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
