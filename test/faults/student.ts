import assert from 'node:assert/strict'

/** Those of the simulated school, as its documentation names them. */
const people = [
  ['2017010101', 'library'],
  ['2017010102', 'reading'],
  ['201701011', 'studying'],
] as const

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
  /** As last acknowledged, by id. */
  acknowledged: Map<number, StudyRecord>
  /** Starts that were sent and never answered: each may have been kept or not. */
  unanswered: number
}

/** Accounts of the demo students, and a token for each that outlives every restart. */
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

/** Starts and stops as fast as they are answered, until the server is gone. An error that is answered is a fault. */
export async function study(origin: string, student: Student): Promise<void> {
  const headers = { authorization: `Bearer ${student.token}` }
  const send = async (path: string, method: string) => {
    const answer = await fetch(`${origin}${path}`, { method, headers })
    return { status: answer.status, text: await answer.text() }
  }
  for (;;) {
    const start = await send('/api/v1.0/studys/', 'POST').catch(() => undefined)
    if (start === undefined) {
      student.unanswered++
      return
    }
    assert.equal(start.status, 201, start.text)
    const record = JSON.parse(start.text) as StudyRecord
    student.acknowledged.set(record.id, record)
    const end = await send(`/api/v1.0/studys/${record.id}`, 'PUT').catch(() => undefined)
    if (end === undefined) return
    assert.equal(end.status, 200, end.text)
    student.acknowledged.set(record.id, JSON.parse(end.text) as StudyRecord)
  }
}
