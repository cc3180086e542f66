import { api, ask } from '../api/client.ts'
import type { Refusal, Result } from '../api/result.ts'
import type { components } from '../api/schema.d.ts'
import type { Entry, RecordEntry, Target } from './entry.ts'

export type OwnStudy = components['schemas']['OwnStudy']

/** Sends one entry. Removing answers nothing. */
export async function sendEntry(entry: Entry): Promise<Result<OwnStudy | undefined>> {
  const headers = { 'idempotency-key': entry.key }
  if (entry.action === 'record') return sendRecord(entry)
  if (entry.action === 'start') {
    const { start_time, subject } = entry
    return ownStudy(ask(api.POST('/api/v1.0/studys/', { body: { start_time, subject }, headers })))
  }
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

function idOf(target: Target): number {
  if ('id' in target) return target.id
  throw new Error('the start has to be sent first')
}

/** The published answers have five fields; the rest of an own record comes with the next reading. */
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
