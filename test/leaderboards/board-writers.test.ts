import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { lockAccount } from '../../src/accounts/account.repository.ts'
import type { AccountId } from '../../src/accounts/account.ts'
import { boardKinds } from '../../src/leaderboards/board-period.ts'
import type { CampusDay } from '../../src/shared/campus-calendar.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { newAccount, openTestDatabase, type TestDatabase } from '../support/test-storage.ts'
import { assertCountersMatch, BoardModel, boardsOf, day, readBoard, today } from './board-model.ts'

let database: TestDatabase
let handles: Storage[]
const model = new BoardModel()

before(async () => {
  database = await openTestDatabase()
  handles = database.openMany(3)
})

after(() => database.close())

const handle = (at: number) => handles[at % handles.length] as Storage
const days = [today, day('2026-12-30'), day('2026-12-28'), day('2026-11-30')]

test('concurrent study, hiding and showing from many processes cause no deadlock and lose no second', async () => {
  const accounts: AccountId[] = []
  for (let at = 0; at < 40; at += 1) accounts.push(await newAccount(handle(0)))
  const works = accounts.map(async (account, at) => {
    for (let time = 0; time < 12; time += 1) {
      const storage = handle(at + time)
      await storage.write(async (tx) => {
        await lockAccount(tx, account, storage.kind)
        // In reverse order for every other student, and mostly the same seconds: all use the same few counters.
        const changes = days.map((on, index): [CampusDay, number] => [on, 60 + ((at + time + index) % 3) * 60])
        if (time % 5 === 3) await model.hide(tx, account)
        else if (time % 5 === 4) await model.show(tx, account)
        else await model.study(tx, account, at % 2 ? changes : changes.reverse())
      })
    }
  })
  await Promise.all(works)
  for (const kind of boardKinds)
    for (const on of days)
      assert.deepEqual(await readBoard(boardsOf(handle(0)), kind, { on }), model.board(kind, on), kind)
  await assertCountersMatch(handle(0))
})

test('concurrent removals of all accounts leave nothing', async () => {
  await Promise.all(
    [...model.days.keys()].map((account, at) => {
      const storage = handle(at)
      return storage.write(async (tx) => {
        await lockAccount(tx, account, storage.kind)
        await model.leave(tx, account)
      })
    }),
  )
  assert.deepEqual(await handle(0).db.selectFrom('board_totals').selectAll().execute(), [])
  await assertCountersMatch(handle(0))
})
