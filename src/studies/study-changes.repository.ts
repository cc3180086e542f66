import type { RawBuilder } from 'kysely'
import type { AccountId } from '../accounts/account.ts'
import type { EpochSeconds } from '../shared/clock.ts'
import { beforeCommit } from '../storage/before-commit.ts'
import { statement, statementsByShape } from '../storage/statement.ts'
import type { Db } from '../storage/storage.ts'
import type { StudyId } from './study.ts'

/** A logged write of a record. `version` is the account's version, which no other write has. */
export interface LoggedChange {
  accountId: AccountId
  version: number
  studyId: StudyId
  changedAt: EpochSeconds
}

const rowsAtOnce = 64

/** Logs the changes of all writes together at the end of the transaction, so that many writes take few statements. */
export function logChanges(tx: Db, changes: LoggedChange[]): void {
  beforeCommit(tx, writeLog, changes)
}

async function writeLog(db: Db, changes: LoggedChange[]): Promise<void> {
  for (let at = 0; at < changes.length; at += rowsAtOnce) {
    const some = changes.slice(at, at + rowsAtOnce)
    const values: Record<string, number> = {}
    for (const [index, { accountId, version, studyId, changedAt }] of some.entries()) {
      values[`account${index}`] = accountId
      values[`version${index}`] = version
      values[`study${index}`] = studyId
      values[`at${index}`] = changedAt
    }
    await insertionOf(some.length).all(db, values)
  }
}

const insertionOf = statementsByShape((length: number) =>
  statement<Record<string, number>, unknown>((db, values) =>
    db
      .insertInto('study_changes')
      .values(
        Array.from({ length }, (_, index) => ({
          account_id: values[`account${index}`] as RawBuilder<number>,
          version: values[`version${index}`] as RawBuilder<number>,
          study_id: values[`study${index}`] as RawBuilder<number>,
          changed_at: values[`at${index}`] as RawBuilder<number>,
        })),
      )
      .compile(),
  ),
)
