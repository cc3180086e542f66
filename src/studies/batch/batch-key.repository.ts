import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { AccountId } from '../../accounts/account.ts'
import type { EpochSeconds } from '../../shared/clock.ts'
import { statement, statementsByShape } from '../../storage/statement.ts'
import type { Db } from '../../storage/storage.ts'
import type { StudyBatchKeyTable } from '../study.table.ts'
import type { EndCause, StudyId } from '../study.ts'
import type { BatchAnswer, StoredAnswer } from './batch-item.ts'

/** Returns the stored answers for these keys, by key. */
export async function findAnswers(db: Db, accountId: AccountId, keys: string[]): Promise<Map<string, StoredAnswer>> {
  if (keys.length === 0) return new Map()
  const rows = await db
    .selectFrom('study_batch_keys')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('key', 'in', keys)
    .execute()
  return new Map(rows.map((row) => [row.key, toStored(row)]))
}

const rowsPerStatement = 100

/** Stores these answers, replacing earlier ones under the same keys. */
export async function storeAnswers(db: Db, accountId: AccountId, answers: Map<string, StoredAnswer>): Promise<void> {
  const all = [...answers]
  for (let at = 0; at < all.length; at += rowsPerStatement) {
    const some = all.slice(at, at + rowsPerStatement)
    const values: Record<string, string | number | null> = { accountId }
    for (const [index, [key, stored]] of some.entries()) {
      values[`key${index}`] = key
      values[`content${index}`] = stored.content
      values[`study${index}`] = stored.created ?? null
      values[`answer${index}`] = textOf(stored.answer)
      values[`at${index}`] = stored.at
    }
    await insertionOf(some.length).all(db, values)
  }
}

const insertionOf = statementsByShape((length: number) =>
  statement<Record<string, string | number | null>, unknown>((db, values) =>
    db
      .insertInto('study_batch_keys')
      .values(
        Array.from({ length }, (_, index) => ({
          account_id: values.accountId as RawBuilder<number>,
          key: values[`key${index}`] as RawBuilder<string>,
          content: values[`content${index}`] as RawBuilder<string>,
          study_id: values[`study${index}`] as RawBuilder<number>,
          answer: values[`answer${index}`] as RawBuilder<string>,
          answered_at: values[`at${index}`] as RawBuilder<number>,
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(['account_id', 'key']).doUpdateSet((eb) => ({
          content: eb.ref('excluded.content'),
          study_id: eb.ref('excluded.study_id'),
          answer: eb.ref('excluded.answer'),
          answered_at: eb.ref('excluded.answered_at'),
        })),
      )
      .compile(),
  ),
)

export async function hasOldAnswers(db: Db, until: EpochSeconds): Promise<boolean> {
  return (await oldAnswers.first(db, { until })) !== undefined
}

const oldAnswers = statement<{ until: EpochSeconds }, unknown>((db, { until }) =>
  db.selectFrom('study_batch_keys').select('key').where('answered_at', '<=', until).limit(1).compile(),
)

/** Deletes answers given at this time or before, at most `limit`. Returns their number. */
export async function deleteOldAnswers(db: Db, until: EpochSeconds, limit: number): Promise<number> {
  const { rows } = await sql`delete from study_batch_keys where (account_id, key) in
    (select account_id, key from study_batch_keys where answered_at <= ${until} order by answered_at limit ${limit})
    returning account_id`.execute(db)
  return rows.length
}

/** A record as a list, to save space: many are stored for months. */
type StudyText = [
  id: number,
  startedAt: number,
  endedAt: number | null,
  cause: EndCause | null,
  subject: string | null,
  note: string | null,
  seenFrom: number | null,
  seenTo: number | null,
]

function textOf(answer: BatchAnswer): string | null {
  if ('code' in answer) return JSON.stringify(answer)
  const { study } = answer
  if (study === undefined) return null
  const { id, startedAt, end, subject, note, seenFrom, seenTo } = study
  const list: (string | number | undefined)[] = [id, startedAt, end?.at, end?.cause, subject, note, seenFrom, seenTo]
  return JSON.stringify(list)
}

function toStored(row: Selectable<StudyBatchKeyTable>): StoredAnswer {
  const answer = answerIn(row.answer, row.account_id as AccountId)
  return {
    content: row.content,
    created: (row.study_id ?? undefined) as StudyId | undefined,
    answer,
    at: row.answered_at,
  }
}

function answerIn(text: string | null, accountId: AccountId): BatchAnswer {
  if (text === null) return { study: undefined }
  const stored = JSON.parse(text) as StudyText | Extract<BatchAnswer, { code: unknown }>
  if (!Array.isArray(stored)) return stored
  const [id, startedAt, endedAt, cause, subject, note, seenFrom, seenTo] = stored
  return {
    study: {
      id: id as StudyId,
      accountId,
      startedAt,
      end: endedAt === null ? undefined : { at: endedAt, cause: cause ?? 'student' },
      heartbeatAt: undefined,
      subject: subject ?? undefined,
      note: note ?? undefined,
      seenFrom: seenFrom ?? undefined,
      seenTo: seenTo ?? undefined,
    },
  }
}
