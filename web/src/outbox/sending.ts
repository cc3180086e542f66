import { ref, watch } from 'vue'
import { onAnswer } from '../api/client.ts'
import { account, recall } from '../session/account.ts'
import { keepPreference, readPreference } from '../storage/preferences.ts'
import { recordsVersion } from '../storage/resource.ts'
import { alone, tellTabs } from '../storage/tabs.ts'
import { serverNow } from '../time/clock.ts'
import { type Entry, nextToSend, waitingOf, withFacts, withoutDone } from './entry.ts'
import { changeOutbox, confirmed, outbox, readOutbox, sendingWishes } from './outbox.ts'
import { type Outcome, outcomeOf } from './outcome.ts'
import { type OwnStudy, sendEntry } from './send-entry.ts'

/** Until when the service has asked clients to wait, in its own seconds. Shared by all tabs, and kept over a reload. */
const restName = 'outbox-rest'
const longestRest = 3600

/** The same, for the student to see. */
export const restsUntil = ref(Number(readPreference(restName) ?? 0))

let isSending = false
let isWishedAgain = false
let failures = 0
let timer: ReturnType<typeof setTimeout> | undefined
/** Our own pause after a failure, on the monotonic clock in ms: a new reason ends it. */
let pausesUntil = 0

/** Sends what waits now, and at every good occasion. */
export function startSending(): void {
  watch(sendingWishes, sendSoon, { flush: 'sync' })
  addEventListener('online', sendSoon)
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) sendSoon()
  })
  onAnswer(({ ok }) => {
    if (ok && performance.now() >= pausesUntil) void sendAll()
  })
  sendSoon()
}

/** There is a new reason to try. */
export function sendSoon(): void {
  pausesUntil = 0
  sendIn(0)
}

function sendIn(seconds: number): void {
  clearTimeout(timer)
  timer = setTimeout(() => void sendAll(), seconds * 1000)
}

async function sendAll(): Promise<void> {
  if (isSending) isWishedAgain = true
  if (isSending || outbox.value.length === 0) return
  restsUntil.value = Math.max(restsUntil.value, Number(readPreference(restName) ?? 0))
  const rest = restsUntil.value - serverNow()
  if (rest > 0) {
    sendIn(rest)
    return
  }
  isSending = true
  try {
    // Of the tabs of a browser one at a time, and not while someone signs in.
    await alone(sendInOrder)
  } finally {
    isSending = false
    if (isWishedAgain) sendIn(Math.max(0, pausesUntil - performance.now()) / 1000)
    isWishedAgain = false
  }
}

async function sendInOrder(): Promise<void> {
  let isChanged = false
  await readOutbox().then(wakeForHeld)
  for (let entry = await takeNext(); entry !== undefined; entry = await takeNext()) {
    const outcome = await sendOne(entry)
    isChanged ||= outcome.kind === 'done'
    if (outcome.kind === 'later') pause(outcome)
    if (outcome.kind === 'later' || outcome.kind === 'signed-out') break
  }
  if (!isChanged) return
  recordsVersion.value++
  tellTabs('records')
}

/** The next entry, noted as sent: from then on it can't be taken back. */
async function takeNext(): Promise<Entry | undefined> {
  const id = idOfCookie()
  if (id === undefined) return undefined
  const now = serverNow()
  const next = nextToSend(await readOutbox(), id, now)
  if (next === undefined) return undefined
  if (next.sentAt !== undefined) return next
  const { after } = await changeOutbox((entries) => withFacts(entries, next.key, { sentAt: now }))
  return after.find(({ key }) => key === next.key) ?? takeNext()
}

/** Another tab may have signed in someone else, and this one, asleep, has not heard of it: the cookie is that student's. */
function idOfCookie(): number | undefined {
  const known = recall()
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
    await changeOutbox((entries) => withFacts(entries, entry.key, { parked: { status, message } }))
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
    restsUntil.value = serverNow() + Math.min(longestRest, seconds)
    keepPreference(restName, String(restsUntil.value))
  }
  pausesUntil = performance.now() + seconds * 1000
  sendIn(seconds)
}

/** What is held is sent as soon as it may be. */
function wakeForHeld(entries: readonly Entry[]): void {
  const times = waitingOf(entries, account.value?.id).flatMap(({ heldUntil }) => heldUntil ?? [])
  const wait = Math.min(...times.filter((time) => time > serverNow())) - serverNow()
  if (Number.isFinite(wait)) sendIn(wait)
}
