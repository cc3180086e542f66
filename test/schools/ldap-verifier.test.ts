import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import test from 'node:test'
import { createLdapVerifier, type LdapOptions } from '../../src/schools/ldap/ldap.verifier.ts'
import { patience } from '../support/patience.ts'
import { entry, reference, result } from './ldap-messages.ts'
import { baseDn, type DirectoryFault, dnOf, type LdapServerOptions, startLdapServer } from './ldap-server.ts'
import { createPrivateAuthority } from './private-authority.ts'
import { recordingLogger } from './recording-logger.ts'

const proof = { studentNumber: '4142100101', schoolPassword: 'canary-Pa55&=+密' }
const account = { dn: 'cn=reader,dc=example,dc=edu', password: 'canary-reader' }
const limits = { callMs: patience(400), loginMs: patience(1000), answerBytes: 4096 }

/** A directory and a verifier that calls it, both closed after the test. */
async function directoryAndVerifier(
  t: TestContext,
  server: Partial<LdapServerOptions> = {},
  options: Partial<LdapOptions> = {},
) {
  const directory = await startLdapServer({ students: [proof], ...server })
  const logger = recordingLogger()
  const verifier = createLdapVerifier({
    url: `${server.ldaps ? 'ldaps' : 'ldap'}://127.0.0.1:${directory.port}`,
    ...(!server.tls && { startTls: false }),
    baseDn,
    limits,
    logger,
    ...options,
  })
  t.after(async () => {
    await verifier.close()
    await directory.close()
  })
  return { directory, verifier, logger }
}

const operations = (directory: { seen: { operation: string; secure: boolean }[] }) =>
  directory.seen.map(({ operation, secure }) => `${operation}${secure ? ' in private' : ''}`)

for (const [settings, complaint] of [
  [{ url: 'http://ldap.example.edu' }, /ldap:\/\/ or ldaps:\/\//],
  [{ url: 'ldap.example.edu' }, /URL/],
  [{ url: 'ldaps://ldap.example.edu/dc=example,dc=edu' }, /settings of their own/],
  [{ url: 'ldaps://me:secret@ldap.example.edu' }, /settings of their own/],
  [{ url: 'ldap://ldap.example.edu', startTls: false }, /passwords/],
  [{ url: 'ldap://10.0.0.1', startTls: false }, /passwords/],
  [{ url: 'ldaps://ldap.example.edu', startTls: true }, /StartTLS/],
  [{ filter: '(uid=2017)' }, /studentNumber/],
  [{ filter: '(uid={studentNumber}' }, /paren/],
  [{ bindDn: account.dn }, /both or none/],
  [{ bindPassword: 'x' }, /both or none/],
  [{ bindDn: account.dn, bindPassword: '' }, /both or none/],
] as const) {
  test(`rejects ${JSON.stringify(settings)} when the verifier is created`, () => {
    const options = { url: 'ldaps://ldap.example.edu', baseDn, logger: recordingLogger() }
    assert.throws(() => createLdapVerifier({ ...options, ...settings }), complaint)
  })
}

test('rejects an empty password before anything is sent, although the directory would accept it', async (t) => {
  const { directory, verifier } = await directoryAndVerifier(t)
  assert.deepEqual(await verifier.verify({ ...proof, schoolPassword: '' }), { outcome: 'rejected' })
  assert.deepEqual(directory.seen, [])
})

test('searches for a number exactly, whatever it contains', async (t) => {
  const { directory, verifier } = await directoryAndVerifier(t)
  for (const studentNumber of ['*', '4142*', '4142100101)(uid=*', '*)(|(uid=*', '\\2a', '\0', '$&', '4142100101\\']) {
    assert.deepEqual(await verifier.verify({ ...proof, studentNumber }), { outcome: 'rejected' })
  }
  assert.ok(!directory.seen.some(({ operation }) => operation === 'bind'))
})

test('with StartTLS only its request is sent unencrypted', async (t) => {
  const authority = await createPrivateAuthority()
  const options = { ca: authority.ca, bindDn: account.dn, bindPassword: account.password }
  const { directory, verifier } = await directoryAndVerifier(t, { tls: authority, account }, options)
  assert.deepEqual(await verifier.verify(proof), { outcome: 'verified', studentCode: dnOf(proof.studentNumber) })
  assert.deepEqual(operations(directory).slice(0, 4), [
    'extended',
    'bind in private',
    'search in private',
    'bind in private',
  ])
})

for (const ldaps of [true, false]) {
  test(`an untrusted certificate ends ${ldaps ? 'LDAPS' : 'StartTLS'} before anything is sent`, async (t) => {
    const [authority, other] = await Promise.all([createPrivateAuthority(), createPrivateAuthority()])
    for (const ca of [undefined, other.ca]) {
      const { directory, verifier } = await directoryAndVerifier(t, { tls: authority, ldaps }, { ca })
      const answer = await verifier.verify(proof)
      assert.partialDeepStrictEqual(answer, { outcome: 'unavailable', reason: 'connection-refused' })
      assert.deepEqual(operations(directory), ldaps ? [] : ['extended'])
    }
  })
}

test('a directory that refuses StartTLS gets no data', async (t) => {
  const { directory, verifier } = await directoryAndVerifier(t, {}, { startTls: true })
  assert.partialDeepStrictEqual(await verifier.verify(proof), { outcome: 'unavailable', reason: 'unsupported' })
  assert.deepEqual(operations(directory), ['extended'])
})

test('ignores unencrypted data after the response to StartTLS', async (t) => {
  const authority = await createPrivateAuthority()
  const { directory, verifier } = await directoryAndVerifier(t, { tls: authority }, { ca: authority.ca })
  const lie = Buffer.concat([entry(2, 'uid=liar'), result('search', 2, 0), result('bind', 3, 0)])
  for (const length of [1, 7, lie.length - 1, lie.length]) {
    directory.setFault(({ operation, messageId }) =>
      operation === 'extended' ? Buffer.concat([result('extended', messageId, 0), lie.subarray(0, length)]) : undefined,
    )
    assert.partialDeepStrictEqual(await verifier.verify(proof), { outcome: 'unavailable', reason: 'not-understood' })
  }
  assert.ok(operations(directory).every((operation) => operation !== 'bind' && operation !== 'search'))
})

test('does not retry unencrypted if a directory closes the connection after StartTLS', async (t) => {
  const authority = await createPrivateAuthority()
  const { directory, verifier } = await directoryAndVerifier(t, { tls: authority }, { ca: authority.ca })
  const resultAndClose: DirectoryFault = ({ operation, messageId }, socket) => {
    if (operation !== 'search') return undefined
    socket.end(Buffer.concat([entry(messageId, dnOf(proof.studentNumber)), result('search', messageId, 0)]))
    return 'silence'
  }
  directory.setFault(resultAndClose)
  assert.partialDeepStrictEqual(await verifier.verify(proof), { outcome: 'unavailable', reason: 'connection-refused' })
  assert.ok(operations(directory).every((operation) => operation === 'extended' || operation.endsWith('in private')))
  assert.equal(operations(directory).filter((operation) => operation === 'extended').length, 1)
})

test('does not follow referrals to another directory', async (t) => {
  const { directory, verifier } = await directoryAndVerifier(t)
  const elsewhere = await startLdapServer({ students: [proof] })
  t.after(elsewhere.close)
  directory.setFault(({ operation, messageId }) =>
    operation === 'search'
      ? Buffer.concat([
          reference(messageId, `ldap://127.0.0.1:${elsewhere.port}/${baseDn}`),
          result('search', messageId, 0),
        ])
      : undefined,
  )
  assert.deepEqual(await verifier.verify(proof), { outcome: 'rejected' })
  assert.deepEqual(elsewhere.seen, [])
})

test('every login closes its connection, with an unbind if all requests have responses', async (t) => {
  const authority = await createPrivateAuthority()
  const { directory, verifier } = await directoryAndVerifier(t, { tls: authority }, { ca: authority.ca })
  await verifier.verify(proof)
  await verifier.verify({ ...proof, schoolPassword: 'wrong' })
  directory.setFault(({ operation }) => (operation === 'search' ? 'silence' : undefined))
  await verifier.verify(proof)
  while (directory.connections() > 0) await new Promise((resolve) => setImmediate(resolve))
  assert.equal(operations(directory).filter((operation) => operation === 'unbind in private').length, 2)
})

test('gives up in time on a directory that never ends its handshake', async (t) => {
  const { directory, verifier } = await directoryAndVerifier(t, {}, {})
  const tls = createLdapVerifier({
    url: `ldaps://127.0.0.1:${directory.port}`,
    baseDn,
    limits,
    logger: recordingLogger(),
  })
  assert.partialDeepStrictEqual(await tls.verify(proof), { outcome: 'unavailable', reason: 'timeout' })
  assert.equal((await verifier.verify(proof)).outcome, 'verified')
})

test('close aborts running logins', async (t) => {
  const { directory, verifier } = await directoryAndVerifier(t, {}, { limits: {} })
  const searched = new Promise<void>((resolve) => {
    directory.setFault(() => {
      resolve()
      return 'silence'
    })
  })
  const answer = verifier.verify(proof)
  await searched
  await verifier.close()
  assert.equal((await answer).outcome, 'unavailable')
})

test('an abort from outside ends a login at once', async (t) => {
  const { directory, verifier } = await directoryAndVerifier(t, {}, { limits: {} })
  const stop = new AbortController()
  directory.setFault(() => {
    stop.abort()
    return 'silence'
  })
  const answer = await verifier.verify(proof, { signal: stop.signal })
  assert.partialDeepStrictEqual(answer, { outcome: 'unavailable', reason: 'timeout' })
})

test('responses with flipped, cut and doubled bytes never verify by accident, hang or throw', async (t) => {
  const { directory, verifier } = await directoryAndVerifier(t, {}, { limits: { ...limits, callMs: 20 } })
  let turn = 0
  const words = new Set<string>()
  directory.setFault(({ operation, messageId }) => {
    if (operation !== 'bind') return undefined
    const bytes = result('bind', messageId, 49, 'no', 2)
    const at = turn % bytes.length
    const kind = Math.floor(turn / bytes.length)
    if (kind === 0) return bytes.subarray(0, at)
    if (kind === 1) return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - 1))])
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (kind - 2))
    return bytes
  })
  const length = result('bind', 1, 49, 'no', 2).length
  for (turn = 0; turn < length * 10; turn++) words.add((await verifier.verify(proof)).outcome)
  // One flipped bit of the code turns 49 into 48, 51, 53, 57, 33 or 17, none of which means success.
  assert.deepEqual(
    [...words].filter((word) => word === 'verified'),
    [],
  )
  assert.ok(words.has('unavailable') && words.has('rejected'))
})

test('no log line, response or step contains the password, the number, the entry or the service account', async (t) => {
  const echo: DirectoryFault = ({ operation, messageId, dn }) =>
    operation === 'bind' && dn !== account.dn
      ? result('bind', messageId, 80, `${dn} ${proof.schoolPassword}`)
      : undefined
  const leakPassword: DirectoryFault = () => Buffer.from(proof.schoolPassword)
  const faults: (DirectoryFault | undefined)[] = [undefined, echo, () => 'silence', () => 'reset', leakPassword]
  for (const fault of faults) {
    const steps: unknown[] = []
    const options = { bindDn: account.dn, bindPassword: account.password, onStep: (step: unknown) => steps.push(step) }
    const { directory, verifier, logger } = await directoryAndVerifier(t, { account }, options)
    directory.setFault(fault)
    const { studentCode: _, ...outcome } = { studentCode: '', ...(await verifier.verify(proof)) }
    const written = JSON.stringify([outcome, steps]) + logger.lines.join('\n')
    assert.ok(steps.length > 0 && logger.lines.length > 0)
    for (const secret of [proof.studentNumber, 'canary', 'uid=', account.dn]) {
      assert.ok(!written.includes(secret), `${secret} in ${written}`)
    }
  }
})
