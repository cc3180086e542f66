import assert from 'node:assert/strict'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import test, { type TestContext } from 'node:test'
import type { TlsOptions } from 'node:tls'
import { createKingosoftVerifier } from '../../src/schools/kingosoft/kingosoft.verifier.ts'
import { createPrivateAuthority } from './private-authority.ts'
import { recordingLogger } from './recording-logger.ts'
import { proof } from './school-and-verifier.ts'

const answers: Record<string, string> = {
  '/cas/genValidateCode': '\u00ff\u00d8\u00ff',
  '/cas/logon.action': '{"status":"200"}',
  '/jw/common/showYearTerm.action': '{"userCode":"1"}',
}

/** The result of a login at a school with only this version of TLS. */
async function logInOver(t: TestContext, tls: TlsOptions, legacyTls: boolean) {
  const authority = await createPrivateAuthority()
  const server = createServer({ ...authority, ...tls }, ({ url = '' }, response) => {
    response.end(Buffer.from(answers[url.split('?')[0] ?? ''] ?? '<html>', 'latin1'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const verifier = createKingosoftVerifier({
    baseUrl: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    login: 'k1',
    readCaptcha: () => ({ digits: '9035', margin: 1 }),
    captchaMode: 'read',
    ca: authority.ca,
    legacyTls,
    logger: recordingLogger(),
  })
  t.after(async () => {
    await verifier.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return verifier.verify(proof)
}

const tls10: TlsOptions = { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' }

test('rejects a school with TLS 1.0, and names the fault', async (t) => {
  const answer = await logInOver(t, tls10, false)
  assert.partialDeepStrictEqual(answer, { outcome: 'unavailable', reason: 'connection-refused' })
  assert.match('detail' in answer ? (answer.detail ?? '') : '', /ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION.*SCHOOL_TLS/)
})

test('SCHOOL_TLS=legacy accepts TLS 1.0, and modern TLS too', async (t) => {
  assert.equal((await logInOver(t, tls10, true)).outcome, 'verified')
  assert.equal((await logInOver(t, {}, true)).outcome, 'verified')
})

test('SCHOOL_TLS=legacy still requires a trusted certificate', async (t) => {
  const other = await createPrivateAuthority()
  const { cert, key } = other
  const answer = await logInOver(t, { cert, key }, true)
  assert.partialDeepStrictEqual(answer, { outcome: 'unavailable', reason: 'connection-refused' })
})
