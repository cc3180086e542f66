import { api, ask } from '../api/client.ts'
import type { Refusal, Result } from '../api/result.ts'
import type { components } from '../api/schema.d.ts'
import { fromWireTime, toWireTime } from '../time/wire-time.ts'
import type { Entry, RecordEntry, StartEntry, Target } from './entry.ts'

export type OwnStudy = components['schemas']['OwnStudy']

/** The service stores answers for 24 hours, and those of batches for 90 days. Past records are sent as batches. */
const keyLifetimeSeconds = 23 * 3600

/**
 * Sends one entry. Returns the record, or undefined after a removal.
 * @param now seconds of the service's clock
 */
export async function sendEntry(entry: Entry, now: number): Promise<Result<OwnStudy | undefined>> {
  const headers = { 'idempotency-key': entry.key }
  if (entry.action === 'record') return sendRecord(entry)
  if (entry.action === 'start') return sendStart(entry, now)
  const params = { path: { study_id: idOf(entry.target) } }
  if (entry.action === 'end') {
    const body = { end_time: entry.end_time }
    return ownStudy(ask(api.PUT('/api/v1.0/studys/{study_id}', { params, body, headers })))
  }
  if (entry.action === 'edit')
    return ask(api.PATCH('/api/v1.0/studys/{study_id}', { params, body: entry.changes, headers }))
  const { ...removed } = await ask(api.DELETE('/api/v1.0/studys/{study_id}', { params, headers }))
  return removed.ok ? { ...removed, data: undefined } : removed
}

/** If the answer to a start was lost longer ago than its key is stored, sending it again could create a second record. So it is searched for first. */
async function sendStart({ key, start_time, subject, sentAt }: StartEntry, now: number) {
  if (sentAt !== undefined && now - sentAt > keyLifetimeSeconds) {
    const query = { from: start_time, to: toWireTime(fromWireTime(start_time) + 1), per_page: 1 }
    const found = await ask(api.GET('/api/v1.0/users/me/studys', { params: { query } }))
    if (!found.ok) return found
    const [study] = found.data.studys
    if (study !== undefined) return { ...found, data: study }
  }
  const headers = { 'idempotency-key': key }
  return ownStudy(ask(api.POST('/api/v1.0/studys/', { body: { start_time, subject }, headers })))
}

function idOf(target: Target): number {
  if ('id' in target) return target.id
  throw new Error('the start has to be sent first')
}

/** These answers have only five fields of the record. The next load adds the rest. */
async function ownStudy(
  answered: Promise<Result<components['schemas']['Study']>>,
): Promise<Result<OwnStudy | undefined>> {
  return (await answered) as Result<OwnStudy | undefined>
}

async function sendRecord({
  key,
  start_time,
  end_time,
  subject,
  note,
}: RecordEntry): Promise<Result<OwnStudy | undefined>> {
  const items = [{ key, action: 'record' as const, start_time, end_time, subject, note }]
  const answer = await ask(api.POST('/api/v1.0/studys/batch', { body: { items } }))
  if (!answer.ok) return answer
  const [result] = answer.data.results
  if (result === undefined || result.status < 400) return { ...answer, data: result?.study ?? undefined }
  const refusal: Refusal = { status: result.status, message: result.message ?? '' }
  return { ok: false, refusal }
}
