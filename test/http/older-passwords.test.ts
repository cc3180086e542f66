import assert from 'node:assert/strict'
import { argon2Sync, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { readConfig } from '../../src/config/read-config.ts'
import { openDatabase } from '../../src/server/open-storage.ts'
import { assertUnauthorized } from '../contract/assert-error.ts'
import { basic, bearer } from '../contract/client.ts'
import { keepPasswordCost } from '../support/password-cost.ts'
import { openCampus } from './campus.ts'

keepPasswordCost()
const campus = openCampus()
const words = 'mật-khẩu-rất-dài'
const [composed, decomposed] = [words.normalize('NFC'), words.normalize('NFD')]

/** A hash as made by earlier releases: of the password as sent, and with a lower cost. */
function olderHash(password: string, { memory = 19_456, passes = 2 } = {}): string {
  const nonce = randomBytes(16)
  const tag = argon2Sync('argon2id', { message: password, nonce, parallelism: 1, tagLength: 32, memory, passes })
  const base64 = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')
  return `$argon2id$v=19$m=${memory},t=${passes},p=1$${base64(nonce)}$${base64(tag)}`
}

/** Replaces the stored hash if `hash` is given. @returns the stored hash */
async function storedHash(username: string, hash?: string): Promise<string> {
  const storage = openDatabase(readConfig({ DATABASE_URL: campus.service.place.databaseUrl }).database)
  try {
    if (hash !== undefined) {
      await storage.write((tx) =>
        tx.updateTable('accounts').set({ password_hash: hash }).where('username', '=', username).execute(),
      )
    }
    const query = storage.db.selectFrom('accounts').select('password_hash').where('username', '=', username)
    return (await query.executeTakeFirstOrThrow()).password_hash
  } finally {
    await storage.close()
  }
}

test('an account with a hash of a decomposed password accepts it as it was sent, and then in both forms', async () => {
  const { username, token } = await campus.register({ ...campus.newcomer(), password: decomposed })
  const older = await storedHash(username, olderHash(decomposed))
  // The credential cache uses the header of the registration's own login: these headers are different.
  const login = (password: string) => campus.send('GET', '/token', { as: basic(username.toUpperCase(), password) })
  assertUnauthorized(await login(composed), 'Basic')
  assert.equal(await storedHash(username), older, 'nothing is rehashed for a wrong password')
  assert.equal((await login(decomposed)).status, 200)
  assert.notEqual(await storedHash(username), older)
  assert.equal((await login(composed)).status, 200)
  const renewed = await storedHash(username)
  assert.equal((await campus.send('GET', '/token', { as: basic(username, decomposed) })).status, 200)
  assert.equal(await storedHash(username), renewed, 'once')
  assert.equal((await campus.send('GET', '/users/me', { as: bearer(token) })).status, 200, 'all tokens stay valid')
})

test("a hash of lower cost than today's is replaced at login, whatever the form of the password", async () => {
  for (const password of ['a plain old password', composed]) {
    const { username } = await campus.register({ ...campus.newcomer(), password })
    const older = await storedHash(username, olderHash(password, { memory: 1024, passes: 1 }))
    const as = basic(username.toUpperCase(), password)
    assert.equal((await campus.send('GET', '/token', { as })).status, 200)
    const renewed = await storedHash(username)
    assert.notEqual(renewed, older)
    assert.match(renewed, /m=19456,t=2,p=1/)
  }
})
