import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import type { AccountId } from '../../src/accounts/account.ts'
import { DomainError } from '../../src/shared/errors.ts'
import { findSeenDays } from '../../src/statistics/daily-totals/study-day.repository.ts'
import type { Storage } from '../../src/storage/storage.ts'
import type { StudyId } from '../../src/studies/study.ts'
import { newAccount, openTestDatabase, type TestDatabase } from '../support/test-storage.ts'
import { assertCampusSumMatches, assertTotalsMatch, type Campus, memoryBoards, openCampus } from './campus.ts'

const hour = 3600
/** Half an hour before the clocks of New York are set back, and an hour before they are set forward. */
const nights = [Date.UTC(2025, 10, 2, 5, 30) / 1000, Date.UTC(2025, 2, 9, 6) / 1000, 1_750_000_000]

let database: TestDatabase
let storage: Storage
let now = 0

before(async () => {
  database = await openTestDatabase()
  storage = database.open()
})

after(() => database.close())

const ago = fc.option(fc.oneof(fc.integer({ min: -50, max: 3 * hour }), fc.integer({ min: 0, max: 60 * hour })), {
  nil: undefined,
})
const command = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('start' as const), ago }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('end' as const), pick: fc.nat(), ago }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('edit' as const),
      ...{ pick: fc.nat(), start: ago, end: ago, subject: fc.constantFrom(undefined, null, '高等数学', '英语') },
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), pick: fc.nat() }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 4 * hour }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.constant(17 * hour) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('beat' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('sweep' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('show' as const), hidden: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('other release' as const), ago }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('previous release' as const), ago }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('other release shows' as const), hidden: fc.boolean() }) },
)
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never

test('after any writes, the totals, the sums of the campus and the boards match the records', async () => {
  const boards = memoryBoards(async (tx, id) =>
    (await findSeenDays(tx, id)).map(({ day, seenSeconds }) => [day, Math.min(seenSeconds, 2 * hour)]),
  )
  const options = { timezone: 'America/New_York', boardDayHours: 2 }
  const campus = openCampus(storage, () => now, { ...options, boards: boards.totals })
  const older = openCampus(storage, () => now, { ...options, keepsTotals: false })
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...nights),
      fc.array(command, { minLength: 5, maxLength: 30 }),
      async (night, commands) => {
        now = night
        const account = await newAccount(storage)
        const ids: StudyId[] = []
        for (const each of commands) await taken(() => perform(each, { campus, older, account, ids }))
        await campus.totals.ensureBuilt(storage, account)
        await assertTotalsMatch(campus, account)
        await assertCampusSumMatches(campus)
        const hidden = (await campus.settings.getSettings(account)).visibility === 'only_me'
        const seen = (await findSeenDays(storage.db, account)).map(({ day, seenSeconds }) => [
          day,
          Math.min(seenSeconds, 2 * hour),
        ])
        assert.deepEqual(boards.of(account), hidden ? [] : seen)
        await campus.remove(account)
        await assertCampusSumMatches(campus)
        assert.deepEqual(
          await storage.db.selectFrom('study_days').selectAll().where('account_id', '=', account).execute(),
          [],
        )
      },
    ),
    // What a failed run leaves behind would fail the shorter ones.
    { numRuns: 40, endOnFailure: true },
  )
})

/** Runs `work` as a release that does not update these columns of the account. */
async function asOlderRelease(
  account: AccountId,
  unknown: readonly ('totals_version' | 'latest_end' | 'latest_end_version')[],
  work: () => Promise<unknown>,
): Promise<void> {
  const columns = storage.db.selectFrom('accounts').select(unknown).where('id', '=', account)
  const values = await columns.executeTakeFirstOrThrow()
  await work()
  await storage.write((tx) => tx.updateTable('accounts').set(values).where('id', '=', account).execute())
}

const withoutLatestEnd = ['latest_end', 'latest_end_version'] as const
const withoutTotals = ['totals_version', ...withoutLatestEnd] as const

interface Scene {
  campus: Campus
  older: Campus
  account: AccountId
  ids: StudyId[]
}

async function perform(each: Command, { campus, older, account, ids }: Scene): Promise<void> {
  const at = (seconds: number | undefined) => (seconds === undefined ? undefined : now - seconds)
  const pick = (index: number) => ids[index % ids.length]
  const show = (by: Campus, hidden: boolean) =>
    by.settings.changeSettings(account, { visibility: hidden ? 'only_me' : 'everyone' })
  if (each.kind === 'wait') now += each.seconds
  else if (each.kind === 'start') ids.push((await campus.studies.startStudy(account, at(each.ago))).id)
  else if (each.kind === 'other release')
    await asOlderRelease(account, withoutTotals, async () =>
      ids.push((await older.studies.startStudy(account, at(each.ago))).id),
    )
  else if (each.kind === 'previous release')
    await asOlderRelease(account, withoutLatestEnd, async () =>
      ids.push((await campus.studies.startStudy(account, at(each.ago))).id),
    )
  else if (each.kind === 'beat') await campus.heartbeats.beat(account)
  else if (each.kind === 'sweep') await campus.studies.endOverdue()
  else if (each.kind === 'show') await show(campus, each.hidden)
  else if (each.kind === 'other release shows')
    await asOlderRelease(account, withoutTotals, () => show(older, each.hidden))
  else await change(each, pick(each.pick), { campus, account })
}

async function change(
  each: Extract<Command, { pick: number }>,
  id: StudyId | undefined,
  { campus, account }: Pick<Scene, 'campus' | 'account'>,
): Promise<void> {
  if (id === undefined) return
  if (each.kind === 'remove') await campus.own.removeStudy(account, id)
  else if (each.kind === 'end') await campus.studies.endStudy(account, id, each.ago && now - each.ago)
  else {
    const { start, end, subject } = each
    const edit = { startedAt: start && now - start, endedAt: end && now - end, subject }
    await campus.own.editStudy(account, id, edit)
  }
}

async function taken(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    assert.ok(error instanceof DomainError, String(error))
  }
}

for (const release of ['this', 'the previous'] as const)
  test(`a record that overlaps one written by ${release} release is counted once`, async () => {
    now = nights[2] as number
    const campus = openCampus(storage, () => now)
    const account = await newAccount(storage)
    const record = async (from: number, to: number) => {
      const { id } = await campus.studies.startStudy(account, now - from * hour)
      await campus.studies.endStudy(account, id, now - to * hour)
    }
    await record(12, 11)
    await record(10, 9)
    await (release === 'this' ? record(5, 1) : asOlderRelease(account, withoutLatestEnd, () => record(5, 1)))
    await record(3, 2)
    await assertTotalsMatch(campus, account)
  })
