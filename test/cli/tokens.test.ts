import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { bearer } from '../contract/client.ts'
import { type Campus, openCampus } from './campus.ts'
import { occupy } from './command-line.ts'

describe('occupy tokens revoke-all', () => {
  let campus: Campus
  before(async () => {
    campus = await openCampus()
  })
  after(() => campus.close())

  test('invalidates every token at once, and no password', async () => {
    const members = [await campus.register('ann'), await campus.register('bob')]
    const tokenOf = async (as: Record<string, string>) =>
      ((await campus.call('GET', '/token', as)).body as { token: string }).token
    const tokens = await Promise.all(members.map(({ as }) => tokenOf(as)))
    const statuses = () =>
      Promise.all(tokens.map(async (token) => (await campus.call('GET', '/users/me', bearer(token))).status))
    assert.deepEqual(await statuses(), [200, 200])
    const { code, output, errors } = await occupy(['tokens', 'revoke-all', '--json'], campus.env)
    assert.equal(code, 0, errors)
    assert.deepEqual(JSON.parse(output), { accounts: 2 })
    assert.match(errors, /all tokens and browser sessions are now invalid/)
    assert.deepEqual(await statuses(), [401, 401])
    for (const { as } of members)
      assert.equal((await campus.call('GET', '/users/me', bearer(await tokenOf(as)))).status, 200)
  })

  test('reports a missing database, and accepts no other arguments', async () => {
    const gone = await occupy(['tokens', 'revoke-all'], { DATABASE_URL: `file:${campus.folder}/none.sqlite` })
    assert.deepEqual([gone.code, gone.output], [1, ''])
    assert.equal((await occupy(['tokens', 'revoke-some'], campus.env)).code, 2)
  })
})
