import assert from 'node:assert/strict'
import test from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { createCaptchaMonitor } from '../../src/schools/captcha-monitor.ts'
import { type GuardOptions, guardVerifier } from '../../src/schools/guarded-verifier.ts'
import type { AskOptions, StudentVerifier, UnavailableReason, Verification } from '../../src/schools/verifier.ts'
import { mockMonotonicClock } from '../support/monotonic-clock.ts'
import { assertTook } from '../support/patience.ts'
import { recordingLogger } from './recording-logger.ts'

/** Waits until everything that needs no school is done; the first login loads some code. */
async function turn(): Promise<void> {
  await import('../../src/schools/school-breaker.ts')
  for (let turns = 0; turns < 5; turns++) await setImmediate()
}

const proof = { studentNumber: '4142100101', schoolPassword: 'canary' }
const verified: Verification = { outcome: 'verified', studentCode: '1' }

/** A school that responds when the test says so. */
function heldSchool() {
  const logins: { answer: (result: Verification) => void; signal: AbortSignal | undefined }[] = []
  const verifier: StudentVerifier = {
    verify: (_, ask?: AskOptions) => new Promise((answer) => logins.push({ answer, signal: ask?.signal })),
    close: async () => {},
  }
  return { verifier, logins }
}

/** A school that responds from a list, and then always with its last entry. */
function plainSchool(...answers: Verification[]) {
  let calls = 0
  const verifier: StudentVerifier = {
    verify: async () => answers[Math.min(calls++, answers.length - 1)] ?? verified,
    close: async () => {},
  }
  return { verifier, calls: () => calls }
}

function guard(verifier: StudentVerifier, options: Partial<GuardOptions> = {}) {
  const logger = recordingLogger()
  return { ...guardVerifier(verifier, { logger, ...options }), logger }
}

const unavailable = (reason: UnavailableReason): Verification => ({ outcome: 'unavailable', reason })

test('allows two logins in flight, queues the next ones, and reports one too many as busy', async () => {
  const { verifier, logins } = heldSchool()
  const guarded = guard(verifier, { queueLength: 2 })
  const answers = [1, 2, 3, 4, 5].map(() => guarded.verify(proof))
  assert.partialDeepStrictEqual(await answers[4], { outcome: 'unavailable', reason: 'busy', retryAfterSeconds: 5 })
  await turn()
  assert.equal(logins.length, 2)
  for (let index = 0; index < 4; index++) {
    logins[index]?.answer(verified)
    assert.deepEqual(await answers[index], verified)
    await turn()
    assert.equal(logins.length, Math.min(index + 3, 4))
  }
})

test('a login that waits too long in the queue is reported as busy, and does not run later', async () => {
  const { verifier, logins } = heldSchool()
  const guarded = guard(verifier, { concurrency: 1, queueWaitMs: 20 })
  const first = guarded.verify(proof)
  assert.partialDeepStrictEqual(await guarded.verify(proof), { outcome: 'unavailable', reason: 'busy' })
  logins[0]?.answer(verified)
  assert.deepEqual(await first, verified)
  await turn()
  assert.equal(logins.length, 1)
  const next = guarded.verify(proof)
  await turn()
  logins[1]?.answer(verified)
  assert.deepEqual(await next, verified, 'the place is free again')
})

test('the time limit of a login includes the queue, and aborts the inner verifier', async () => {
  const { verifier, logins } = heldSchool()
  const guarded = guard(verifier, { totalMs: 40 })
  const startedAt = performance.now()
  assert.partialDeepStrictEqual(await guarded.verify(proof), { outcome: 'unavailable', reason: 'timeout' })
  assertTook(performance.now() - startedAt, 1000, 'the answer')
  assert.equal(logins[0]?.signal?.aborted, true)
})

test('a place stays taken until the inner verifier ends, whatever its caller was told', async () => {
  const { verifier, logins } = heldSchool()
  const guarded = guard(verifier, { concurrency: 1, totalMs: 20, queueWaitMs: 5 })
  assert.partialDeepStrictEqual(await guarded.verify(proof), { reason: 'timeout' })
  assert.partialDeepStrictEqual(await guarded.verify(proof), { reason: 'busy' })
  assert.equal(logins.length, 1)
})

for (const reason of [
  'timeout',
  'connection-refused',
  'not-understood',
  'redirected',
  'too-large',
  'maintenance',
  'fault',
] as const) {
  test(`after five logins in a row that end in ${reason}, the breaker opens`, async (t) => {
    const clock = mockMonotonicClock(t)
    const school = plainSchool(unavailable(reason))
    const guarded = guard(school.verifier)
    for (let login = 0; login < 5; login++) assert.deepEqual(await guarded.verify(proof), unavailable(reason))
    assert.deepEqual(await guarded.verify(proof), { outcome: 'unavailable', reason: 'resting', retryAfterSeconds: 30 })
    clock.pass(29_000)
    assert.partialDeepStrictEqual(await guarded.verify(proof), { reason: 'resting', retryAfterSeconds: 1 })
    assert.equal(school.calls(), 5)
  })
}

for (const answer of [
  verified,
  { outcome: 'rejected' },
  { outcome: 'locked' },
  { outcome: 'step-up-wanted' },
  { outcome: 'captcha-wrong' },
  { outcome: 'not-admitted' },
  { outcome: 'action-wanted' },
  unavailable('login-fault'),
  unavailable('captcha-refused'),
  unavailable('captcha-unreadable'),
] satisfies Verification[]) {
  test(`no number of logins that end in ${'reason' in answer ? answer.reason : answer.outcome} opens the breaker`, async () => {
    const school = plainSchool(answer)
    const guarded = guard(school.verifier)
    for (let login = 0; login < 12; login++) assert.deepEqual(await guarded.verify(proof), answer)
  })
}

test('a successful login resets the count of failures', async () => {
  const down = unavailable('fault')
  const school = plainSchool(down, down, down, down, { outcome: 'rejected' }, down, down, down, down, verified)
  const guarded = guard(school.verifier)
  for (let login = 0; login < 9; login++) await guarded.verify(proof)
  assert.deepEqual(await guarded.verify(proof), verified)
})

test('after the break one login probes the school alone, and closes the breaker or opens it again', async (t) => {
  const clock = mockMonotonicClock(t)
  const { verifier, logins } = heldSchool()
  const guarded = guard(verifier, { failures: 1 })
  const first = guarded.verify(proof)
  await turn()
  logins[0]?.answer(unavailable('timeout'))
  await first
  for (const [index, found] of [unavailable('timeout'), verified].entries()) {
    clock.pass(30_000)
    const probe = guarded.verify(proof)
    await turn()
    assert.equal(logins.length, index + 2)
    assert.partialDeepStrictEqual(await guarded.verify(proof), { reason: 'resting' })
    assert.equal(logins.length, index + 2)
    logins[index + 1]?.answer(found)
    assert.deepEqual(await probe, found)
    if (found !== verified)
      assert.partialDeepStrictEqual(await guarded.verify(proof), { reason: 'resting', retryAfterSeconds: 30 })
  }
  const next = guarded.verify(proof)
  await turn()
  logins[3]?.answer({ outcome: 'rejected' })
  assert.deepEqual(await next, { outcome: 'rejected' })
  assert.match(guarded.logger.lines.join('\n'), /the school is down[\s\S]*the school is back/)
})

test('while students are asked, a login without an answer is refused before the school is called', async () => {
  const school = plainSchool(verified)
  const captchas = createCaptchaMonitor({ mode: 'ask', logger: recordingLogger() })
  const guarded = guard(school.verifier, { captchas })
  assert.equal(guarded.captchaMode(), 'ask')
  assert.deepEqual(await guarded.verify(proof), { ...unavailable('captcha-wanted'), retryAfterSeconds: 600 })
  assert.equal(school.calls(), 0)
  assert.deepEqual(await guarded.verify({ ...proof, answer: { session: 's', captcha: '1234' } }), verified)
})

test('the login whose refused captchas switch to asking gets that result', async () => {
  const captchas = createCaptchaMonitor({ mode: 'read', logger: recordingLogger(), refusedRun: 3 })
  const verifier: StudentVerifier = {
    verify: async () => {
      for (let refusal = 0; refusal < 3; refusal++) captchas.report('refused')
      return { ...unavailable('captcha-refused'), detail: 'three' } as Verification
    },
    close: async () => {},
  }
  const guarded = guard(verifier, { captchas })
  assert.deepEqual(await guarded.verify(proof), {
    ...unavailable('captcha-wanted'),
    retryAfterSeconds: 600,
    detail: 'three',
  })
})

test('challenges use the same queue and the same breaker', async () => {
  const verifier: StudentVerifier = {
    verify: async () => verified,
    issueChallenge: async () => ({ outcome: 'unavailable', reason: 'maintenance' }),
    close: async () => {},
  }
  const guarded = guard(verifier, { failures: 2 })
  await guarded.issueChallenge?.()
  await guarded.issueChallenge?.()
  assert.partialDeepStrictEqual(await guarded.issueChallenge?.(), { reason: 'resting' })
  assert.partialDeepStrictEqual(await guarded.verify(proof), { reason: 'resting' })
  assert.deepEqual(guarded.metrics.challenges, { 'unavailable:maintenance': 2, 'unavailable:resting': 1 })
})

test('a verifier without captchas has no challenges when guarded either', () => {
  assert.equal(guard(plainSchool(verified).verifier).issueChallenge, undefined)
})

test('counts logins by outcome, and logs nothing about the student', async () => {
  const school = plainSchool(verified, { outcome: 'rejected' }, {
    ...unavailable('fault'),
    detail: 'status 5000',
  } as Verification)
  const guarded = guard(school.verifier)
  for (let login = 0; login < 3; login++) await guarded.verify(proof)
  assert.deepEqual(guarded.metrics.logins, { verified: 1, rejected: 1, 'unavailable:fault': 1 })
  const log = guarded.logger.lines.join('\n')
  assert.match(log, /"reason":"fault","detail":"status 5000"/)
  assert.ok(!log.includes(proof.studentNumber) && !log.includes('canary') && !log.includes('studentCode'))
})

const studentNo = (index: number) => ({ ...proof, studentNumber: String(4142100200 + index) })

test('unexpected responses for five different students open the breaker, however often each logs in', async () => {
  const school = plainSchool(unavailable('login-fault'))
  const guarded = guard(school.verifier)
  for (let student = 0; student < 4; student++) {
    for (let login = 0; login < 3; login++) await guarded.verify(studentNo(student))
  }
  assert.equal((await guarded.verify(studentNo(4))).outcome, 'unavailable')
  assert.partialDeepStrictEqual(await guarded.verify(studentNo(5)), { reason: 'resting' })
  assert.equal(school.calls(), 13)
})

test('one student with unexpected responses does not keep the breaker open', async (t) => {
  const clock = mockMonotonicClock(t)
  let answer = unavailable('timeout')
  const guarded = guard({ verify: async () => answer, close: async () => {} }, { failures: 2 })
  for (let login = 0; login < 2; login++) await guarded.verify(studentNo(1))
  answer = unavailable('login-fault')
  for (let probe = 0; probe < 2; probe++) {
    clock.pass(30_000)
    await guarded.verify(proof)
  }
  answer = verified
  assert.deepEqual(await guarded.verify(studentNo(2)), verified)
})

test('if logins do not name students by number, unexpected responses never open the breaker', async () => {
  const school = plainSchool(unavailable('login-fault'))
  const guarded = guard(school.verifier, { knowsStudents: false })
  for (let student = 0; student < 12; student++)
    assert.deepEqual(await guarded.verify(studentNo(student)), unavailable('login-fault'))
})

test('rejections of many different students in a row raise an alarm, and the dialect is checked again', async () => {
  let doubts = 0
  let answer: Verification = { outcome: 'rejected' }
  const school = { verify: async () => answer, doubt: () => void doubts++, close: async () => {} }
  const guarded = guard(school)
  for (let login = 0; login < 12; login++) await guarded.verify(proof)
  assert.equal(doubts, 0, 'one student alone is not enough')
  for (let student = 0; student < 4; student++) await guarded.verify(studentNo(student))
  assert.equal(doubts, 1)
  assert.ok(guarded.rejections.rejectsEveryone())
  answer = verified
  await guarded.verify(proof)
  assert.ok(!guarded.rejections.rejectsEveryone())
  answer = { outcome: 'rejected' }
  for (let student = 0; student < 19; student++) await guarded.verify(studentNo(student))
  assert.equal(doubts, 1, 'after a success, more of them may mistype')
  await guarded.verify(studentNo(19))
  assert.equal(doubts, 2)
})
