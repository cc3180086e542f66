import assert from 'node:assert/strict'
import test from 'node:test'
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { patience } from '../support/patience.ts'
import { proof, schoolAndVerifier } from './school-and-verifier.ts'
import { acceptingScripts, type Scripts } from './scripted-school.ts'

type Pack = (bytes: Buffer) => Buffer

/** The school behind a proxy that compresses all responses. */
function packing(encoding: string, pack: Pack): Scripts {
  return Object.fromEntries(
    Object.entries(acceptingScripts).map(([path, script]) => [
      path,
      (response, call) => {
        const end = response.end.bind(response)
        response.end = (body?: unknown) => {
          response.setHeader('content-encoding', encoding)
          return end(pack(Buffer.from(body as string)))
        }
        script(response, call)
      },
    ]),
  )
}

for (const [what, encoding, pack] of [
  ['gzip', 'gzip', gzipSync],
  ['gzip under its old name', 'X-GZip', gzipSync],
  ['deflate', 'deflate', deflateSync],
  ['deflate without its header', 'deflate', deflateRawSync],
  ['the encoding identity', 'identity', (bytes: Buffer) => bytes],
] as const) {
  test(`decompresses responses in ${what}, although it asked for none`, async (t) => {
    const { school, verifier } = await schoolAndVerifier(t, packing(encoding, pack))
    assert.equal((await verifier.verify(proof)).outcome, 'verified')
    assert.deepEqual([...new Set(school.seen.map(({ headers }) => headers['accept-encoding']))], ['identity'])
  })
}

for (const [what, encoding, pack, reason] of [
  ['grows beyond the limit', 'gzip', () => gzipSync(Buffer.alloc(64 * 1024 * 1024)), 'too-large'],
  ['grows in many parts', 'gzip', () => Buffer.concat(Array(40).fill(gzipSync(Buffer.alloc(500)))), 'too-large'],
  ['is broken', 'gzip', () => Buffer.from('nothing packed'), 'not-understood'],
  ['is truncated', 'gzip', (bytes: Buffer) => gzipSync(bytes).subarray(0, -9), 'not-understood'],
  ['is compressed twice', 'gzip, gzip', (bytes: Buffer) => gzipSync(gzipSync(bytes)), 'not-understood'],
  ['is compressed by something else', 'br', (bytes: Buffer) => bytes, 'not-understood'],
] as const) {
  test(`a response that ${what} is ${reason}`, async (t) => {
    const limits = { callMs: patience(2000), loginMs: patience(4000), answerBytes: 16 * 1024 }
    const bound = what.startsWith('grows beyond') ? { ...limits, answerBytes: 256 * 1024 } : limits
    const { verifier } = await schoolAndVerifier(t, packing(encoding, pack), { limits: bound })
    assert.partialDeepStrictEqual(await verifier.verify(proof), { outcome: 'unavailable', reason })
  })
}
