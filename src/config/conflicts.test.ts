import assert from 'node:assert/strict'
import { test } from 'node:test'
import { warnings } from './conflicts.ts'
import { readConfig } from './read-config.ts'

const beyond = { HOST: '0.0.0.0', ALLOW_DEMO_SCHOOL: '1' }
const tls = { TLS_CERT: 'cert.pem', TLS_KEY: 'key.pem' }
const [plain, cookie, trust, unthrottled] = [
  /^plain HTTP/,
  /^without HTTPS/,
  /^TRUST_PROXY without PUBLIC_URL/,
  /^THROTTLE=off/,
]

const rows: readonly (readonly [env: Record<string, string>, warned: RegExp[]])[] = [
  [{}, [cookie]],
  [{ THROTTLE: 'off' }, [cookie]],
  [tls, []],
  [{ PUBLIC_URL: 'https://localhost:5000' }, []],
  [{ PUBLIC_URL: 'http://localhost:5000' }, [cookie]],
  [{ ...beyond, PUBLIC_URL: 'http://study.example.edu' }, [plain, cookie]],
  [{ ...beyond, PUBLIC_URL: 'https://study.example.edu' }, [plain]],
  [{ ...beyond, ...tls, PUBLIC_URL: 'https://study.example.edu' }, []],
  [{ ...beyond, PUBLIC_URL: 'https://study.example.edu', TRUST_PROXY: '10.0.0.1' }, []],
  [{ ALLOW_DEMO_SCHOOL: '1', PUBLIC_URL: 'https://study.example.edu', TRUST_PROXY: '127.0.0.1' }, []],
  [{ ALLOW_DEMO_SCHOOL: '1', TRUST_PROXY: '127.0.0.1' }, [trust]],
  [{ ALLOW_DEMO_SCHOOL: '1', TRUST_PROXY: '127.0.0.1', THROTTLE: 'off' }, [trust, unthrottled]],
]

for (const [env, warned] of rows) {
  test(`${JSON.stringify(env)} causes warnings about ${warned.length > 0 ? warned.join(', ') : 'nothing'}`, () => {
    const messages = warnings(readConfig(env))
    assert.equal(messages.length, warned.length, messages.join('\n'))
    for (const [at, pattern] of warned.entries()) assert.match(messages[at] ?? '', pattern)
  })
}

test('CORS_ORIGINS accepts origins as browsers send them, and no wildcard', () => {
  const { corsOrigins } = readConfig({
    CORS_ORIGINS: 'https://App.example.edu:443, capacitor://localhost,http://[::1]:8080',
  })
  assert.deepEqual(corsOrigins, ['https://app.example.edu', 'capacitor://localhost', 'http://[::1]:8080'])
  for (const CORS_ORIGINS of [
    '*',
    'null',
    'app.example.edu',
    'https://app.example.edu/x',
    'https://a,',
    'https://*.edu',
  ])
    assert.throws(() => readConfig({ CORS_ORIGINS }), /CORS_ORIGINS/, CORS_ORIGINS)
})
