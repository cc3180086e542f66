import assert from 'node:assert/strict'
import type { Student, StudyRecord } from './student.ts'

interface Page {
  count: number
  next: string | null
  studys: StudyRecord[]
}

/** Checks by HTTP that all acknowledged writes exist with their values, and little else. Returns the number of records. */
export async function audit(origin: string, students: readonly Student[]): Promise<number> {
  let total = 0
  for (const student of students) total += await auditStudent(origin, student)
  const first = students[0]
  assert.ok(first)
  const { count } = await page(`${origin}/api/v1.0/studys?per_page=1`, first.token)
  assert.equal(count, total, 'the list of all users contains the records of each')
  return total
}

async function auditStudent(origin: string, { records, token, acknowledged, unanswered }: Student): Promise<number> {
  const found = new Map<number, StudyRecord>()
  let counted = 0
  for (let url: string | null = `${origin}${records}?per_page=100`; url !== null; ) {
    const { count, next, studys } = await page(url, token)
    for (const record of studys) found.set(record.id, whole(record))
    counted = count
    url = next
  }
  assert.equal(counted, found.size, 'the count equals the number of records')
  for (const expected of acknowledged.values()) assertKept(expected, found.get(expected.id))
  const running = [...found.values()].filter(({ end_time }) => end_time === null)
  assert.ok(running.length <= 1, `${running.length} records run at once`)
  const surplus = found.size - acknowledged.size
  assert.ok(
    surplus <= unanswered,
    `${surplus} records without acknowledgement, and ${unanswered} starts without a response`,
  )
  return found.size
}

async function page(url: string, token: string): Promise<Page> {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
  assert.equal(answer.status, 200)
  return (await answer.json()) as Page
}

function whole(record: StudyRecord): StudyRecord {
  assert.deepEqual(Object.keys(record).sort(), ['creator', 'end_time', 'id', 'start_time', 'url'])
  assert.match(record.start_time, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
  assert.ok(record.end_time === null || record.end_time >= record.start_time, JSON.stringify(record))
  return record
}

function assertKept(expected: StudyRecord, found: StudyRecord | undefined): void {
  assert.ok(found, `record ${expected.id} was acknowledged and is lost`)
  // A record acknowledged as running may have ended since, by a start or stop whose response was lost.
  const end_time = expected.end_time ?? found.end_time
  assert.deepEqual(atAnyOrigin(found), atAnyOrigin({ ...expected, end_time }))
}

/** Links contain the origin of the requested instance. */
function atAnyOrigin({ url, creator, ...values }: StudyRecord): StudyRecord {
  return { ...values, url: new URL(url).pathname, creator: new URL(creator).pathname }
}
