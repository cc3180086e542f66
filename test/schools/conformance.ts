import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Proof, StudentVerifier, Unavailable, Verification } from '../../src/schools/verifier.ts'
import { assertTook } from '../support/patience.ts'

export interface Trouble {
  /** The fault of the school, as the end of a sentence. */
  name: string
  expected: Exclude<Verification['outcome'], 'unavailable' | 'verified'> | Unavailable['reason']
  begin(): void | Promise<void>
}

/** A school and the verifiers that call it. */
export interface ConformanceSchool {
  /** With more time than a busy machine needs. */
  verifier: StudentVerifier
  /** With little time, for faults that end at the time limit. */
  hasty: StudentVerifier
  /** Two students known to the school. */
  students: readonly [Proof, Proof]
  /** A number unknown to the school. */
  unknownNumber: string
  /** The longest that one login may take by the hasty verifier's own limits. */
  longestMs: number
  troubles: readonly Trouble[]
  /** Ends the current fault. */
  recover(): void | Promise<void>
  /** Closes the school only. */
  leave(): Promise<void>
}

/** For the machine's own slowness, in addition to the verifier's limits. */
const SLACK_MS = 1000

/** What every adapter must do, whatever its school's protocol. */
export function verifierConformance(name: string, start: () => Promise<ConformanceSchool>): void {
  describe(`${name} verifies students`, () => {
    let school: ConformanceSchool
    before(async () => {
      school = await start()
    })
    after(async () => {
      await Promise.all([school.verifier.close(), school.hasty.close()])
      await school.leave()
    })
    acceptance(() => school)
    bounds(() => school)
    test('reports every fault of the school in time, and works afterwards', async (t) => {
      for (const trouble of school.troubles)
        await t.test(`a school that ${trouble.name}`, () => assertReported(school, trouble))
    })
    test('reports an unreachable school as a refused connection', async () => {
      await school.leave()
      assert.equal(word(await school.verifier.verify(school.students[0])), 'connection-refused')
    })
  })
}

function acceptance(school: () => ConformanceSchool): void {
  test('verifies the right password of a student and returns a code', async () => {
    const answer = await school().verifier.verify(school().students[0])
    assert.ok(answer.outcome === 'verified' && answer.studentCode.length > 0, word(answer))
  })

  test('verifies two students at once, each as themselves', async () => {
    const codes = await Promise.all(school().students.map((student) => school().verifier.verify(student)))
    assert.deepEqual(codes.map(word), ['verified', 'verified'])
    assert.notDeepEqual(codes[0], codes[1])
  })

  test('rejects a wrong password, an empty one, an unknown number and a prefix of a number', async () => {
    const { students, unknownNumber } = school()
    const [{ studentNumber, schoolPassword }] = students
    for (const proof of [
      { studentNumber, schoolPassword: `${schoolPassword}x` },
      { studentNumber, schoolPassword: '' },
      { studentNumber: unknownNumber, schoolPassword },
      { studentNumber: studentNumber.slice(0, -1), schoolPassword },
    ]) {
      assert.deepEqual(await school().verifier.verify(proof), { outcome: 'rejected' })
    }
  })
}

function bounds(school: () => ConformanceSchool): void {
  test('an abort ends a login at once', async () => {
    const startedAt = performance.now()
    const answer = await school().verifier.verify(school().students[0], { signal: AbortSignal.abort() })
    assert.equal(word(answer), 'timeout')
    assertTook(performance.now() - startedAt, SLACK_MS, 'the end')
  })
}

async function assertReported(school: ConformanceSchool, trouble: Trouble): Promise<void> {
  await trouble.begin()
  try {
    const [student] = school.students
    const isLate = trouble.expected === 'timeout'
    const answer = isLate ? await inTime(school, student) : await school.verifier.verify(student)
    assert.equal(word(answer), trouble.expected, `expected ${trouble.expected}, got ${JSON.stringify(answer)}`)
    assertSilent(answer, school.students[0])
  } finally {
    await school.recover()
  }
  assert.equal(word(await school.verifier.verify(school.students[1])), 'verified')
}

async function inTime(school: ConformanceSchool, proof: Proof): Promise<Verification> {
  const startedAt = performance.now()
  const answer = await school.hasty.verify(proof)
  const ms = performance.now() - startedAt
  assertTook(ms, school.longestMs + SLACK_MS, 'the answer')
  return answer
}

function assertSilent(answer: Verification, { studentNumber, schoolPassword }: Proof): void {
  const output = JSON.stringify(answer)
  assert.ok(!output.includes(studentNumber) && !output.includes(schoolPassword), output)
}

function word(answer: Verification): string {
  return answer.outcome === 'unavailable' ? answer.reason : answer.outcome
}
