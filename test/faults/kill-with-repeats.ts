import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { until } from '../support/patience.ts'
import { registerStudents, type Student } from './student.ts'
import { type Place, startVictim, type Victim } from './victim.ts'

interface KeyedStart {
  student: Student
  key: string
  /** The received response, if any. */
  text: string | undefined
}

export interface RepeatFindings {
  starts: number
  /** Starts whose first response was lost. */
  repeated: number
}

const clientsEach = 2
const [shortest, longest] = [10, 250]

/**
 * Kills the server under starts with keys, `kills` times. Then each start whose response was lost is sent again until it gets a
 * response. @throws AssertionError if there is not exactly one record for each start, or a response changes
 */
export async function killWithRepeats(place: Place, kills: number): Promise<RepeatFindings> {
  let victim: Victim | undefined = await startVictim(place)
  const starts: KeyedStart[] = []
  let repeated = 0
  try {
    const students = await registerStudents(victim.origin)
    for (let kill = 0; kill < kills; kill += 1) {
      const { origin } = victim
      const clients = students.flatMap((student) =>
        Array.from({ length: clientsEach }, () => startUntilDead(origin, student, starts)),
      )
      await setTimeout(shortest + Math.random() * (longest - shortest))
      await victim.kill(kill % 3 === 2 ? 'first' : 'all')
      victim = undefined
      await Promise.all(clients)
      victim = await startVictim(place)
      const lost = starts.filter(({ text }) => text === undefined)
      repeated += lost.length
      for (const start of [...lost, ...starts.slice(-20)]) await repeat(victim.origin, start)
      assert.equal(await recordsOf(victim.origin, students), starts.length, 'one record for each start')
    }
    return { starts: starts.length, repeated }
  } finally {
    await victim?.kill('all')
  }
}

async function startUntilDead(origin: string, student: Student, starts: KeyedStart[]): Promise<void> {
  for (;;) {
    const start: KeyedStart = { student, key: randomUUID(), text: undefined }
    starts.push(start)
    start.text = await send(origin, start)
    if (start.text === undefined) return
  }
}

async function repeat(origin: string, start: KeyedStart): Promise<void> {
  let text: string | undefined
  const isAnswered = async () => {
    text = await send(origin, start)
    return text !== undefined
  }
  await until(isAnswered, 'the repeat gets a response', { pauseMs: 20 })
  assert.equal(text, start.text ?? text, 'a repeat gets the first response')
  start.text = text
}

/** The response, or undefined if there was none. */
async function send(origin: string, { student, key }: KeyedStart): Promise<string | undefined> {
  const headers = { authorization: `Bearer ${student.token}`, 'idempotency-key': key }
  try {
    const answer = await fetch(`${origin}/api/v1.0/studys/`, { method: 'POST', headers })
    const text = await answer.text()
    if (answer.status === 409 || answer.status === 503) return undefined
    assert.equal(answer.status, 201, text)
    return text
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error
    return undefined
  }
}

async function recordsOf(origin: string, students: readonly Student[]): Promise<number> {
  let total = 0
  for (const { records, token } of students) {
    const answer = await fetch(`${origin}${records}?per_page=1`, { headers: { authorization: `Bearer ${token}` } })
    total += ((await answer.json()) as { count: number }).count
  }
  return total
}
