import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import type { Student, StudyRecord } from './student.ts'

export interface Answer {
  /** In the time of `performance.now()`. */
  begun: number
  ms: number
  ok: boolean
}

export interface Load {
  answers: readonly Answer[]
  stop(): Promise<void>
}

const clientsEach = 4
/** Clients do not retry in a hot loop while a service refuses. */
const pauseMs = 20

/** Starts and stops records until it is stopped. A 503 is allowed, and acknowledges nothing. @throws AssertionError, from `stop`, for any other error */
export function startLoad(origin: string, students: readonly Student[]): Load {
  const answers: Answer[] = []
  let isOver = false
  const clients = students.flatMap((student) => Array.from({ length: clientsEach }, () => client(student)))
  const all = Promise.all(clients)
  all.catch(() => undefined)

  async function client(student: Student): Promise<void> {
    while (!isOver) {
      const start = await send(student, 'POST', '/api/v1.0/studys/', 201)
      if (start === undefined) student.unanswered++
      const end = start && (await send(student, 'PUT', `/api/v1.0/studys/${start.id}`, 200))
      if (end === undefined) await setTimeout(pauseMs)
    }
  }

  /** Recorded as acknowledged; undefined for a 503. */
  async function send({ token, acknowledged }: Student, method: string, path: string, right: number) {
    const begun = performance.now()
    const answer = await fetch(`${origin}${path}`, { method, headers: { authorization: `Bearer ${token}` } })
    const text = await answer.text()
    answers.push({ begun, ms: performance.now() - begun, ok: answer.status === right })
    if (answer.status === 503) {
      assert.match(answer.headers.get('retry-after') ?? '', /^\d+$/)
      return undefined
    }
    assert.equal(answer.status, right, `${method} ${path}: ${text}`)
    const record = JSON.parse(text) as StudyRecord
    acknowledged.set(record.id, record)
    return record
  }

  const stop = async () => {
    isOver = true
    await all
  }
  return { answers, stop }
}
