import 'reflect-metadata'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { test } from 'node:test'
import { PemConverter, X509CertificateGenerator } from '@peculiar/x509'
import { startSimulatedSchool } from './simulated-school.ts'

async function makeCertificate(): Promise<{ cert: string; key: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const name = 'CN=127.0.0.1'
  const certificate = await X509CertificateGenerator.createSelfSigned({ name, keys, signingAlgorithm: algorithm })
  const key = PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')
  return { cert: certificate.toString('pem'), key }
}

test('serves HTTPS, and its connection faults work there too', async () => {
  const tls = await makeCertificate()
  const school = await startSimulatedSchool({ tls })
  const call = () =>
    request(`${school.url}/cas/login.action`, { ca: tls.cert, checkServerIdentity: () => undefined, agent: false })
  const [page]: IncomingMessage[] = await once(call().end(), 'response')
  assert.equal(page?.statusCode, 200)
  page?.resume()
  for (const name of ['reset', 'close'] as const) {
    school.setFault({ name, at: 'login-page' })
    const broken = call().end()
    await assert.rejects(once(broken, 'response'), { code: 'ECONNRESET' })
  }
  await school.close()
})
