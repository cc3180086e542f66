import assert from 'node:assert/strict'
import { test } from 'node:test'
import { removeAccount } from '../../src/accounts/account-removal.service.ts'
import { createStudyService } from '../../src/studies/study.service.ts'
import { removeStudiesOf } from '../../src/studies/study-removal.service.ts'
import { newAccount, openTestDatabase } from '../support/test-storage.ts'

const origin = 'http://127.0.0.1:5000'
const firstPage = { perPage: 20, order: 'asc' } as const
const noon = 1_700_000_000

test("a cached page is read again after each write to the account's records, by any instance, and not before", async () => {
  const database = await openTestDatabase()
  try {
    const clock = { now: () => noon }
    const [storage, other] = [database.open(), database.open()]
    const here = createStudyService({ storage, clock, maxHours: 16, idleMinutes: 30 })
    const elsewhere = createStudyService({ storage: other, clock, maxHours: 16, idleMinutes: 30 })
    const [ann, bob] = [await newAccount(storage), await newAccount(storage)]
    let made = 0
    const annsPage = async () =>
      here.writePageOf(ann, firstPage, {
        caller: ann,
        key: 'ann',
        origin,
        write: ({ items, count }) => `${++made}: ${count}, ${items.filter(({ end }) => end).length} over`,
      })

    assert.equal(await annsPage(), '1: 0, 0 over')
    assert.equal(await annsPage(), '1: 0, 0 over')
    const { id } = await elsewhere.startStudy(ann, noon - 900)
    assert.equal(await annsPage(), '2: 1, 0 over')
    await elsewhere.startStudy(bob)
    assert.equal(await annsPage(), '2: 1, 0 over', 'another student does not affect her page')
    await elsewhere.endStudy(ann, id, noon - 600)
    assert.equal(await annsPage(), '3: 1, 1 over')
    await here.endStudy(ann, id, noon - 300)
    assert.equal(await annsPage(), '4: 1, 1 over', 'a later end is also a write')
    await removeAccount(other, ann, removeStudiesOf)
    await assert.rejects(annsPage(), { code: 'not-found' })
  } finally {
    await database.close()
  }
})

test('a cached page expires with a record on it that ends by itself, and after some seconds at the latest', async () => {
  const database = await openTestDatabase()
  try {
    let now = noon
    const storage = database.open()
    const studies = createStudyService({ storage, clock: { now: () => now }, maxHours: 1, idleMinutes: 30 })
    const ann = await newAccount(storage)
    await studies.startStudy(ann)
    let made = 0
    const page = async () =>
      studies.writePageOf(ann, firstPage, {
        caller: ann,
        key: 'ann',
        origin,
        write: ({ items }) => `${++made}: ${items[0]?.end?.cause}`,
      })
    assert.equal(await page(), '1: undefined')
    now = noon + 9
    assert.equal(await page(), '1: undefined')
    now = noon + 10
    assert.equal(await page(), '2: undefined')
    now = noon + 3599
    assert.equal(await page(), '3: undefined')
    now = noon + 3600
    assert.equal(await page(), '4: limit')
  } finally {
    await database.close()
  }
})

test('a page is cached once, with the links of the latest request', async () => {
  const database = await openTestDatabase()
  try {
    const storage = database.open()
    const studies = createStudyService({ storage, clock: { now: () => noon }, maxHours: 1, idleMinutes: 30 })
    const ann = await newAccount(storage)
    let made = 0
    const page = async (origin: string) =>
      studies.writePageOf(ann, firstPage, { caller: ann, key: 'ann', origin, write: () => `${++made} ${origin}` })
    assert.equal(await page('http://localhost'), '1 http://localhost')
    assert.equal(await page('http://localhost'), '1 http://localhost')
    assert.equal(await page('http://127.0.0.1'), '2 http://127.0.0.1')
    assert.equal(await page('http://localhost'), '3 http://localhost')
  } finally {
    await database.close()
  }
})
