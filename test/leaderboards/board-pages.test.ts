import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { AccountId } from '../../src/accounts/account.ts'
import { invalidateBoardPages } from '../../src/leaderboards/board-version.repository.ts'
import type { LeaderboardService } from '../../src/leaderboards/leaderboard.service.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { newAccount, openTestDatabase, type TestDatabase } from '../support/test-storage.ts'
import { BoardModel, boardsOf, noon, readPage, today } from './board-model.ts'

let database: TestDatabase
let storage: Storage
let model: BoardModel
let boards: LeaderboardService
const accounts: AccountId[] = []

before(async () => {
  database = await openTestDatabase()
  storage = database.open()
  boards = boardsOf(storage)
  for (let at = 0; at < 45; at += 1) accounts.push(await newAccount(storage))
})

after(() => database.close())

beforeEach(async () => {
  model = new BoardModel()
  await storage.write(async (tx) => {
    for (const account of accounts) await model.updates.remove(tx, account)
  })
})

const study = (account: AccountId, seconds: number) =>
  storage.write((tx) => model.study(tx, account, [[today, seconds]]))
const who = (at: number) => accounts[at] as AccountId
const seen = (rows: { rank: number; accountId: number }[]) => rows.map(({ rank, accountId }) => [rank, accountId])

test('ties share a rank across pages, forwards and backwards', async () => {
  const groups = [1, 4, 1, 23, 2, 9]
  let next = 0
  for (const [at, size] of groups.entries()) for (let one = 0; one < size; one += 1) await study(who(next++), 1000 - at)
  const wanted = seen(model.board('day', today))
  assert.deepEqual([...new Set(wanted.map(([rank]) => rank))], [1, 2, 6, 7, 30, 32])
  for (const perPage of [1, 3, 7, 20, 40, 100]) {
    const pages: (typeof wanted)[] = []
    let cursor: string | undefined
    let prev: string | undefined
    do {
      const page = await readPage(boards, 'day', { perPage, cursor })
      assert.equal(page.count, 40)
      pages.push(seen(page.rows))
      cursor = page.next
      prev = page.prev
    } while (cursor !== undefined)
    assert.deepEqual(pages.flat(), wanted)
    for (const page of pages.slice(0, -1).reverse()) {
      assert.ok(prev !== undefined)
      const back = await readPage(boards, 'day', { perPage, cursor: prev })
      assert.deepEqual(seen(back.rows), page)
      assert.ok(back.next !== undefined)
      prev = back.prev
    }
    assert.equal(prev, undefined)
  }
})

test('while totals change, a walk returns each student who does not move exactly once, in order', async () => {
  for (const [at, account] of accounts.entries()) await study(account, 1000 + 10 * at)
  const movers = new Set(accounts.filter((_, at) => at % 3 === 0))
  const met: number[] = []
  let cursor: string | undefined
  let step = 0
  const move = async () => {
    for (const mover of movers) {
      step += 7919
      await study(mover, step % 4 === 0 ? 0 : step % 2500)
    }
  }
  const walk = async (side: 'next' | 'prev') => {
    for (;;) {
      const page = await readPage(boards, 'day', { perPage: 4, cursor })
      const ranks = page.rows.map(({ rank }) => rank)
      assert.deepEqual(
        ranks,
        [...ranks].sort((a, b) => a - b),
      )
      const stay = page.rows.map(({ accountId }) => accountId).filter((id) => !movers.has(id as AccountId))
      met.push(...(side === 'next' ? stay : stay.reverse()))
      if (page[side] === undefined) return page
      cursor = page[side]
      await move()
    }
  }
  const stayers = accounts.filter((account) => !movers.has(account)).reverse()
  const last = await walk('next')
  assert.deepEqual(met, stayers)
  met.length = 0
  cursor = last.prev
  await walk('prev')
  const lastIds = new Set(last.rows.map(({ accountId }) => accountId))
  assert.deepEqual(
    met.reverse(),
    stayers.filter((id) => !lastIds.has(id)),
  )
})

test('an empty page links back to the remaining students', async () => {
  for (let at = 0; at < 4; at += 1) await study(who(at), 100 + at)
  const first = await readPage(boards, 'day', { perPage: 2 })
  for (let at = 0; at < 2; at += 1) await study(who(at), 0)
  const empty = await readPage(boards, 'day', { perPage: 2, cursor: first.next })
  assert.deepEqual([empty.rows, empty.count, empty.next], [[], 2, undefined])
  const back = await readPage(boards, 'day', { perPage: 2, cursor: empty.prev })
  assert.deepEqual(seen(back.rows), [
    [1, who(3)],
    [2, who(2)],
  ])
  assert.equal(back.prev, undefined)
})

test('a cursor is valid for its board only, unchanged, and from this service', async () => {
  for (let at = 0; at < 4; at += 1) await study(who(at), 100 + at)
  const { next = '' } = await readPage(boards, 'day', { perPage: 2 })
  const changed = Buffer.from(next, 'base64url')
  changed[3] = (changed[3] ?? 0) ^ 1
  for (const [kind, cursor] of [
    ['week', next],
    ['day', ''],
    ['day', `${next}AAAA`],
    ['day', changed.toString('base64url')],
    ['day', Buffer.from('a100,2').toString('base64url')],
  ] as const)
    await assert.rejects(readPage(boards, kind, { cursor }), { code: 'bad-cursor' })
})

test('a page is cached for some seconds, the own rank never, and a change of visibility invalidates all pages', async () => {
  let now = noon
  const [here, there] = [boardsOf(storage, () => now), boardsOf(database.open(), () => now)]
  const read = async (from: LeaderboardService, caller: AccountId) => {
    const { text, own } = await from.writeBoard(from.getPeriod('day', today), {
      ...{ caller, perPage: 20, cursor: undefined, origin: 'http://127.0.0.1' },
      write: ({ rows }) => rows.map(({ rank, username }) => `${rank} ${username}`).join(),
    })
    return [text, own.rank]
  }
  const [ann, bob] = [await newAccount(storage, { username: 'ann' }), await newAccount(storage, { username: 'bob' })]
  await study(ann, 50)
  await study(bob, 40)
  for (const from of [here, there]) assert.deepEqual(await read(from, bob), ['1 ann,2 bob', 2])
  await study(bob, 60)
  assert.deepEqual(await read(here, bob), ['1 ann,2 bob', 1])
  assert.deepEqual(await read(here, ann), ['1 ann,2 bob', 2])
  now += 3
  assert.deepEqual(await read(here, bob), ['1 bob,2 ann', 1])
  await storage.write(async (tx) => {
    await tx.updateTable('accounts').set({ visibility: 'ranked_anonymously' }).where('id', '=', ann).execute()
    invalidateBoardPages(tx)
  })
  for (const from of [here, there]) assert.deepEqual(await read(from, ann), ['1 bob,2 undefined', 2])
  await storage.write(async (tx) => {
    await model.hide(tx, bob)
    invalidateBoardPages(tx)
  })
  for (const from of [here, there]) assert.deepEqual(await read(from, bob), ['1 undefined', undefined])
  await storage.write((tx) => model.hide(tx, ann))
})
