import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { findCredentialState, replacePassword } from '../../src/authentication/credentials.repository.ts'
import { newAccount, openTestDatabase } from '../support/test-storage.ts'

test('reads that follow an event see everything committed before it, by any process', async () => {
  const database = await openTestDatabase()
  try {
    const [here, elsewhere] = [database.open(), database.open()]
    const id = await newAccount(here)
    const version = async () => (await findCredentialState(here.db, id))?.version
    const first = (await version()) ?? 0
    for (let time = 1; time <= 20; time++) {
      await setImmediate()
      assert.equal(await version(), first + 2 * (time - 1), 'begins a snapshot')
      await elsewhere.write((tx) => replacePassword(tx, id, 'another'))
      assert.equal(await version(), first + 2 * time - 1)
      await here.write((tx) => replacePassword(tx, id, 'one more'))
      assert.equal(await version(), first + 2 * time)
    }
  } finally {
    await database.close()
  }
})
