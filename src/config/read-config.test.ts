import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dayText } from '../shared/campus-calendar.ts'
import { ConfigError } from './config.ts'
import { readConfig } from './read-config.ts'

function notANumber(pattern: string) {
  return ['STUDENT_NUMBER', { STUDENT_NUMBER: pattern }] as const
}

const wrong: readonly (readonly [variable: string, env: Record<string, string>])[] = [
  ['PORT', { PORT: '65536' }],
  ['PORT', { PORT: '-1' }],
  ['DATABASE_URL', { DATABASE_URL: 'mysql://localhost/x' }],
  ['DATABASE_URL', { DATABASE_URL: 'data.sqlite' }],
  ['PUBLIC_URL', { PUBLIC_URL: 'ftp://example.com' }],
  ['PUBLIC_URL', { PUBLIC_URL: 'example.com' }],
  ['PUBLIC_URL', { HOST: '0.0.0.0', ALLOW_DEMO_SCHOOL: '1' }],
  ['SCHOOL', { HOST: '0.0.0.0', PUBLIC_URL: 'https://example.com' }],
  ['PUBLIC_URL', { PUBLIC_URL: 'https://example.com' }],
  ['TRUST_PROXY', { TRUST_PROXY: '127.0.0.1' }],
  ['SCHOOL', { SCHOOL_URL: 'http://jiaowu.example.edu/tscjw' }],
  ['LDAP_BASE_DN', { LDAP_BASE_DN: 'dc=example' }],
  ['CAS_RENEW', { CAS_RENEW: 'off', ALLOW_DEMO_SCHOOL: '1' }],
  ['SECRET', { SECRET: 'thirty-one bytes are not enough' }],
  ['SCHOOL', { SCHOOL: 'hogwarts' }],
  ['SCHOOL_URL', { SCHOOL: 'kingosoft' }],
  ['SCHOOL_URL', { SCHOOL: 'kingosoft', SCHOOL_URL: 'not an address' }],
  ['TLS_KEY', { TLS_CERT: '/nowhere/cert.pem' }],
  ['TLS_CERT', { TLS_KEY: '/nowhere/key.pem' }],
  ['TIMEZONE', { TIMEZONE: 'Mars/Olympus' }],
  ['STUDY_MAX_HOURS', { STUDY_MAX_HOURS: '0' }],
  ['STUDY_IDLE_MINUTES', { STUDY_IDLE_MINUTES: '0' }],
  ['STREAK_MINUTES', { STREAK_MINUTES: '1441' }],
  ['BOARD_DAY_HOURS', { BOARD_DAY_HOURS: '26' }],
  ['TERMS', { TERMS: '2026秋' }],
  ['TERMS', { TERMS: '2026秋:2026-09-01:2026-08-31' }],
  ['TERMS', { TERMS: '2026秋:2026-02-30:2026-08-31' }],
  ['TERMS', { TERMS: 'a:2026-09-01:2027-01-15,b:2027-01-15:2027-07-01' }],
  ['TERMS', { TERMS: 'a:2026-09-01:2027-01-15,a:2027-02-15:2027-07-01' }],
  ['TRUST_PROXY', { TRUST_PROXY: 'everyone' }],
  ['THROTTLE', { THROTTLE: 'maybe' }],
  ['WEB', { WEB: 'maybe' }],
  ['LOG_LEVEL', { LOG_LEVEL: 'loud' }],
  ...['[0-9', '(', 'a)|(b', '[0-9]{3', '(?i:b)[0-9]', '[0-9]\\-'].map(notANumber),
  // Matching these would take practically forever: nested repetitions, equivalent alternatives, many repetitions in a row.
  ...['([0-9]+)+', '([0-9]|[0-9])*', '([0-9]|[0-9][0-9])+x', '[0-9]*[0-9]*[0-9]*[0-9]*[0-9]*[0-9]*x'].map(notANumber),
  ['TOKEN_TTL', { TOKEN_TTL: '0' }],
  ['WORKERS', { WORKERS: '0' }],
  ['WORKERS', { WORKERS: '65' }],
  ['DATABASE_POOL', { DATABASE_POOL: '0' }],
]

for (const [variable, env] of wrong) {
  test(`rejects ${JSON.stringify(env)} in one line that names ${variable}`, () => {
    assert.throws(
      () => readConfig(env),
      (error) => error instanceof ConfigError && new RegExp(`^[^\\n]*\\b${variable}\\b[^\\n]*$`).test(error.message),
    )
  })
}

test('allows the demo school beyond loopback only if the operator confirms it, and always under a loopback name', () => {
  const elsewhere = { HOST: '0.0.0.0', PUBLIC_URL: 'https://example.com', TRUST_PROXY: '10.0.0.1' }
  assert.equal(readConfig({ ...elsewhere, ALLOW_DEMO_SCHOOL: '1' }).school, 'demo')
  for (const PUBLIC_URL of ['http://localhost:5001', 'http://127.0.0.1:5001', 'http://[::1]:5001'])
    assert.equal(readConfig({ PUBLIC_URL }).publicUrl, PUBLIC_URL)
})

test('without settings, uses the defaults of the contract', () => {
  const { host, port, database, school, timezone, studyMaxHours, throttle, logLevel } = readConfig({})
  assert.deepEqual([host, port, school, timezone], ['127.0.0.1', 5000, 'demo', 'Asia/Shanghai'])
  assert.deepEqual([studyMaxHours, throttle, logLevel], [16, true, 'info'])
  assert.deepEqual(database, { kind: 'sqlite', path: 'data/occupy.sqlite' })
})

test('sorts terms by date', () => {
  const { terms } = readConfig({ TERMS: '2027春:2027-02-22:2027-07-09, 2026秋:2026-09-01:2027-01-15' })
  assert.deepEqual(
    terms.map(({ name, first, last }) => [name, dayText(first), dayText(last)]),
    [
      ['2026秋', '2026-09-01', '2027-01-15'],
      ['2027春', '2027-02-22', '2027-07-09'],
    ],
  )
})

test('a pattern of student numbers must match the whole text, and matches at most 64 characters', () => {
  const form = (pattern?: string) => readConfig(pattern === undefined ? {} : { STUDENT_NUMBER: pattern }).studentNumber
  assert.equal(form().pattern, '[0-9]{9,10}')
  assert.ok(form().matches('2017010101') && !form().matches('2017010101\n') && !form().matches('20170101012'))
  const either = form('[0-9]{8}|[BY][0-9]{7}')
  assert.ok(either.matches('20170101') && either.matches('B2017001') && !either.matches('20170101B2017001'))
  assert.ok(form('.*').matches('1'.repeat(64)) && !form('.*').matches('1'.repeat(65)))
  for (const pattern of ['[0-9]+[A-Z]?', '(?:19|20)[0-9]{6,11}', '[\\p{L}0-9]{5,20}', '^[0-9]{12}$']) form(pattern)
})
