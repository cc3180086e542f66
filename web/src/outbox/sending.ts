import { ref, watch } from 'vue'
import { onResponse } from '../api/client.ts'
import { account, readStoredAccount } from '../session/account.ts'
import { getPreference, setPreference } from '../storage/preferences.ts'
import { recordsVersion } from '../storage/resource.ts'
import { notifyTabs, withTabLock } from '../storage/tabs.ts'
import { serverNow } from '../time/clock.ts'
import { type Entry, nextToSend, waitingOf, withFields, withoutDone } from './entry.ts'
import { changeOutbox, confirmed, outbox, readOutbox, sendRequests } from './outbox.ts'
import { type Outcome, outcomeOf } from './outcome.ts'
import { type OwnStudy, sendEntry } from './send-entry.ts'

/** The preference with the time until which the service asked clients to wait, in seconds of its clock. Shared by all tabs. */
const pausePreference = 'outbox-rest'
const maxServerPauseSeconds = 3600

/** That time, for the screen. */
export const serverPauseUntil = ref(Number(getPreference(pausePreference) ?? 0))

let isSending = false
let isRequestedAgain = false
let failures = 0
let timer: ReturnType<typeof setTimeout> | undefined
/** The end of our own pause after a failure, in ms of the monotonic clock. `sendSoon` ends it. */
let ownPauseUntilMs = 0

/** Sends the waiting entries now, and whenever sending may succeed again. */
export function startSending(): void {
  watch(sendRequests, sendSoon, { flush: 'sync' })
  addEventListener('online', sendSoon)
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) sendSoon()
  })
  onResponse(({ ok }) => {
    if (ok && performance.now() >= ownPauseUntilMs) void sendAll()
  })
  sendSoon()
}

/** Tries again at once, regardless of our own pause. */
export function sendSoon(): void {
  ownPauseUntilMs = 0
  sendIn(0)
}

function sendIn(seconds: number): void {
  clearTimeout(timer)
  timer = setTimeout(() => void sendAll(), seconds * 1000)
}

async function sendAll(): Promise<void> {
  if (isSending) isRequestedAgain = true
  if (isSending || outbox.value.length === 0) return
  serverPauseUntil.value = Math.max(serverPauseUntil.value, Number(getPreference(pausePreference) ?? 0))
  const rest = serverPauseUntil.value - serverNow()
  if (rest > 0) {
    sendIn(rest)
    return
  }
  isSending = true
  try {
    // Only one tab of a browser sends at a time, and none during a sign-in.
    await withTabLock(sendInOrder)
  } finally {
    isSending = false
    if (isRequestedAgain) sendIn(Math.max(0, ownPauseUntilMs - performance.now()) / 1000)
    isRequestedAgain = false
  }
}

async function sendInOrder(): Promise<void> {
  let isChanged = false
  await readOutbox().then(scheduleHeld)
  for (let entry = await takeNext(); entry !== undefined; entry = await takeNext()) {
    const outcome = await sendOne(entry)
    isChanged ||= outcome.kind === 'done'
    if (outcome.kind === 'later') pause(outcome)
    if (outcome.kind === 'later' || outcome.kind === 'signed-out') break
  }
  if (!isChanged) return
  recordsVersion.value++
  notifyTabs('records')
}

/** Returns the next entry, and marks it as sent, so that it can no longer be cancelled. */
async function takeNext(): Promise<Entry | undefined> {
  const id = signedInId()
  if (id === undefined) return undefined
  const now = serverNow()
  const next = nextToSend(await readOutbox(), id, now)
  if (next === undefined) return undefined
  if (next.sentAt !== undefined) return next
  const { after } = await changeOutbox((entries) => withFields(entries, next.key, { sentAt: now }))
  return after.find(({ key }) => key === next.key) ?? takeNext()
}

/** Another tab may have signed in another account while this one was asleep. Then the cookie belongs to that account. */
function signedInId(): number | undefined {
  const known = readStoredAccount()
  if (known !== undefined && account.value !== undefined && known.id !== account.value.id) account.value = known
  return account.value?.id
}

async function sendOne(entry: Entry): Promise<Outcome> {
  const result = await sendEntry(entry, serverNow())
  const outcome = outcomeOf(entry, result, failures)
  failures = outcome.kind === 'later' ? failures + 1 : 0
  if (outcome.kind === 'done') await settle(entry, result.ok ? result.data : undefined)
  if (outcome.kind === 'parked') {
    const { status, message } = outcome
    await changeOutbox((entries) => withFields(entries, entry.key, { parked: { status, message } }))
  }
  return outcome
}

async function settle(entry: Entry, study: OwnStudy | undefined): Promise<void> {
  const id = study?.id ?? ('target' in entry && 'id' in entry.target ? entry.target.id : undefined)
  const answered = study && entry.action === 'start' ? { ...study, subject: entry.subject } : study
  if (id !== undefined) confirmed.value = new Map(confirmed.value).set(id, answered)
  await changeOutbox((entries) => withoutDone(entries, entry, id))
}

function pause({ seconds, isAsked }: Extract<Outcome, { kind: 'later' }>): void {
  if (isAsked) {
    serverPauseUntil.value = serverNow() + Math.min(maxServerPauseSeconds, seconds)
    setPreference(pausePreference, String(serverPauseUntil.value))
  }
  ownPauseUntilMs = performance.now() + seconds * 1000
  sendIn(seconds)
}

/** Schedules sending for the time at which the next held entry may be sent. */
function scheduleHeld(entries: readonly Entry[]): void {
  const times = waitingOf(entries, account.value?.id).flatMap(({ heldUntil }) => heldUntil ?? [])
  const wait = Math.min(...times.filter((time) => time > serverNow())) - serverNow()
  if (Number.isFinite(wait)) sendIn(wait)
}
