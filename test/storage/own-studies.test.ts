import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import type { AccountId } from '../../src/accounts/account.ts'
import { removeAccount } from '../../src/accounts/account-removal.service.ts'
import { createSettingsService, type SettingsService } from '../../src/accounts/settings/settings.service.ts'
import { DomainError } from '../../src/shared/errors.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { createHeartbeatService, type HeartbeatService } from '../../src/studies/own/heartbeat.service.ts'
import { createOwnStudyService, type OwnStudyService } from '../../src/studies/own/own-study.service.ts'
import { isSelfReported } from '../../src/studies/own/own-study.ts'
import { createStudyService, type StudyService } from '../../src/studies/study.service.ts'
import type { StudyId } from '../../src/studies/study.ts'
import { removeStudiesOf } from '../../src/studies/study-removal.service.ts'
import { countForEveryone } from '../../src/studies/study-visibility.service.ts'
import { newAccount, openTestDatabase, type TestDatabase } from '../support/test-storage.ts'
import { assertCountsMatch } from './counts.ts'
import { type ModelEdit, type ModelStudy, OwnStudyModel } from './own-study-model.ts'

const epoch = 1_750_000_000
const hour = 3600

let database: TestDatabase
let storage: Storage
let studies: StudyService
let own: OwnStudyService
let heartbeats: HeartbeatService
let settings: SettingsService
let now = epoch

before(async () => {
  database = await openTestDatabase()
  storage = database.open()
  studies = createStudyService({ storage, clock: { now: () => now }, maxHours: 16, idleMinutes: 30 })
  own = createOwnStudyService({ storage, studies })
  heartbeats = createHeartbeatService({ storage, studies })
  settings = createSettingsService({ storage, countData: countForEveryone })
})

after(() => database.close())

/** Seconds before now, or none. */
const moment = fc.option(fc.oneof(fc.integer({ min: -70, max: 3 * hour }), fc.integer({ min: 0, max: 40 * hour })), {
  nil: undefined,
})
const subject = fc.constantFrom(undefined, null, '高等数学', '英语')
const command = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('start' as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('edit' as const), pick: fc.nat(), start: moment, end: moment, subject }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), pick: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('beat' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 40 * 60 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.constant(17 * hour) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('show' as const), hidden: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('sweep' as const) }) },
)
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never

test('any writes of a student to their own records have the same effect as a simple model', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 40 }), async (commands) => {
      now = epoch
      const account = await newAccount(storage)
      const model = new OwnStudyModel()
      for (const each of commands) {
        await perform(each, account, model)
        await heartbeats.flush()
      }
      await compare(account, model)
      await studies.endOverdue()
      await compare(account, model)
      await assertCountsMatch(storage)
      await assertWritesHaveVersions(account)
      await removeAccount(storage, account, removeStudiesOf)
      await assertCountsMatch(storage)
    }),
    { numRuns: 60 },
  )
})

async function perform(each: Command, account: AccountId, model: OwnStudyModel): Promise<void> {
  const pick = (at: number) => model.studies[at % Math.max(1, model.studies.length)]
  if (each.kind === 'wait') wait(each.seconds, model)
  else if (each.kind === 'start') {
    const study = model.start(now)
    study.id = (await studies.startStudy(account)).id
  } else if (each.kind === 'beat') assert.equal(await taken(() => heartbeats.beat(account)), model.beat(now))
  else if (each.kind === 'show')
    await settings.changeSettings(account, { visibility: each.hidden ? 'only_me' : 'everyone' })
  else if (each.kind === 'sweep') await studies.endOverdue()
  else if (each.kind === 'remove') await remove(account, pick(each.pick), model)
  else await edit(account, pick(each.pick), each, model)
}

function wait(seconds: number, model: OwnStudyModel): void {
  const until = now + seconds
  for (; now < until; model.tick(++now));
}

async function edit(
  account: AccountId,
  study: ModelStudy | undefined,
  { start, end, subject }: ModelEdit,
  model: OwnStudyModel,
): Promise<void> {
  if (study === undefined) return
  const at = (ago: number | undefined) => (ago === undefined ? undefined : now - ago)
  const wanted = model.edit(study, { start: at(start), end: at(end), subject }, now)
  const edit = { startedAt: at(start), endedAt: at(end), subject }
  assert.equal(await taken(() => own.editStudy(account, study.id as StudyId, edit)), wanted)
}

async function remove(account: AccountId, study: ModelStudy | undefined, model: OwnStudyModel): Promise<void> {
  if (study === undefined) return
  model.remove(study)
  await own.removeStudy(account, study.id as StudyId)
}

async function taken(work: () => unknown): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    assert.ok(error instanceof DomainError, String(error))
    return false
  }
}

async function compare(account: AccountId, model: OwnStudyModel): Promise<void> {
  const page = await own.listOwnStudies(account, { perPage: 100, order: 'asc', filter: { accountId: account } })
  const got = page.items.map((study) => {
    const { id, startedAt, end, subject } = study
    return { id, start: startedAt, end: end?.at, cause: end?.cause, subject, selfReported: isSelfReported(study) }
  })
  const wanted = model.studies.map((study) => {
    const { id, start, end, cause, subject } = study
    return { id, start, end, cause, subject, selfReported: OwnStudyModel.isSelfReported(study) }
  })
  wanted.sort((a, b) => a.start - b.start || a.id - b.id)
  assert.deepEqual(got, wanted)
  assert.equal(page.count, wanted.length)
}

/** Each write has a unique version: a second device asks for what came after the last one it knows. */
async function assertWritesHaveVersions(account: AccountId): Promise<void> {
  const versionsIn = async (table: 'studies' | 'study_changes') => {
    const rows = await storage.db.selectFrom(table).select('version').where('account_id', '=', account).execute()
    return rows.map(({ version }) => version)
  }
  const versions = [...(await versionsIn('studies')), ...(await versionsIn('study_changes'))]
  const { study_version: last } = await storage.db
    .selectFrom('accounts')
    .select('study_version')
    .where('id', '=', account)
    .executeTakeFirstOrThrow()
  for (const version of versions) assert.ok(version > 0 && version <= last)
  assert.equal(new Set(versions).size, versions.length)
}
