import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'

/** The students of the simulated school, as in its documentation. */
const people = [
  ['2017010101', 'library'],
  ['2017010102', 'reading'],
  ['201701011', 'studying'],
] as const

/** After a round that was not acknowledged, so that an unavailable service is not called in a hot loop. */
const pauseMs = 5

export interface StudyRecord {
  id: number
  creator: string
  start_time: string
  end_time: string | null
  url: string
}

export interface Student {
  /** Path of the user's own records. */
  records: string
  token: string
  /** The last acknowledged state, by id. */
  acknowledged: Map<number, StudyRecord>
  /** Starts that were sent and got no response: each may have been stored or not. */
  unanswered: number
}

/** Accounts of the demo students, and a token for each that stays valid after every restart. */
export async function registerStudents(origin: string): Promise<Student[]> {
  const students: Student[] = []
  for (const [number, schoolPassword] of people) {
    const body = { username: `s${number}`, password: 'quiet-reading-room', stu_id: number, stu_pwd: schoolPassword }
    const registered = await fetch(`${origin}/api/v1.0/register`, json('POST', body))
    assert.equal(registered.status, 201, await registered.clone().text())
    const { studys } = (await registered.json()) as { studys: string }
    const credentials = Buffer.from(`${body.username}:${body.password}`).toString('base64')
    const answer = await fetch(`${origin}/api/v1.0/token`, { headers: { authorization: `Basic ${credentials}` } })
    const { token } = (await answer.json()) as { token: string }
    students.push({ records: new URL(studys).pathname, token, acknowledged: new Map(), unanswered: 0 })
  }
  return students
}

function json(method: string, body: unknown): RequestInit {
  return { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

/**
 * Starts and stops records as fast as the responses arrive, until `isOver`, which gets whether the last round was acknowledged. A 503 is no
 * acknowledgement; every other error is a fault of the server.
 */
export async function study(
  origin: string,
  student: Student,
  isOver = (answered: boolean) => !answered,
): Promise<void> {
  for (;;) {
    const answered = await startAndStop(origin, student)
    if (isOver(answered)) return
    if (!answered) await setTimeout(pauseMs)
  }
}

async function startAndStop(origin: string, student: Student): Promise<boolean> {
  const start = await send(origin, student, 'POST', '/api/v1.0/studys/', 201)
  if (start === undefined) student.unanswered++
  const end = start && (await send(origin, student, 'PUT', `/api/v1.0/studys/${start.id}`, 200))
  return end !== undefined
}

/** The acknowledged record, which is also noted; undefined if there is none. */
async function send(origin: string, { token, acknowledged }: Student, method: string, path: string, right: number) {
  const answer = await ask(`${origin}${path}`, { method, headers: { authorization: `Bearer ${token}` } })
  if (answer === undefined || answer.status === 503) return undefined
  assert.equal(answer.status, right, `${method} ${path}: ${answer.text}`)
  const record = JSON.parse(answer.text) as StudyRecord
  acknowledged.set(record.id, record)
  return record
}

async function ask(url: string, init: RequestInit): Promise<{ status: number; text: string } | undefined> {
  try {
    const answer = await fetch(url, init)
    return { status: answer.status, text: await answer.text() }
  } catch {
    return undefined
  }
}

/** The number of starts and stops acknowledged so far. */
export function acknowledgedBy(students: readonly Student[]): number {
  const records = students.flatMap(({ acknowledged }) => [...acknowledged.values()])
  return records.length + records.filter(({ end_time }) => end_time !== null).length
}
