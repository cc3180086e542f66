import type { MaybePromise } from '../../shared/maybe-promise.ts'
import { andThen } from '../../shared/maybe-promise.ts'
import { statement } from '../../storage/statement.ts'
import type { Db } from '../../storage/storage.ts'
import { type AccountId, type AccountSettings, isHidden, type Visibility } from '../account.ts'
import { versionsAdvanced } from '../account-versions.repository.ts'

export function findSettings(db: Db, id: AccountId): MaybePromise<AccountSettings | undefined> {
  return andThen(
    settingsById.first(db, { id }),
    (row) => row && { visibility: row.visibility, dailyGoalMinutes: row.daily_goal_minutes ?? undefined },
  )
}

const settingsById = statement<{ id: AccountId }, { visibility: Visibility; daily_goal_minutes: number | null }>(
  (db, { id }) => db.selectFrom('accounts').select(['visibility', 'daily_goal_minutes']).where('id', '=', id).compile(),
)

/** Increments the account's version, which invalidates pages cached under the previous settings. */
export async function updateSettings(db: Db, id: AccountId, settings: AccountSettings): Promise<void> {
  const { visibility, dailyGoalMinutes } = settings
  await db
    .updateTable('accounts')
    .set((eb) => ({
      visibility,
      daily_goal_minutes: dailyGoalMinutes ?? null,
      ...versionsAdvanced(eb, 1),
    }))
    .where('id', '=', id)
    .execute()
  if (isHidden(settings))
    await db
      .insertInto('hidden_accounts')
      .values({ account_id: id })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  else await db.deleteFrom('hidden_accounts').where('account_id', '=', id).execute()
}
