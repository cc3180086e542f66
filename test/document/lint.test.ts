import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { occupy } from '../cli/command-line.ts'

const settings = [
  {
    where: 'where students give a password',
    env: {},
    // Published like this: paths of collections end with a slash.
    rules: { 'no-path-trailing-slash': 'off' },
  },
  {
    where: 'where the school has its own login page',
    env: { SCHOOL: 'cas', SCHOOL_URL: 'http://127.0.0.1:9/cas' },
    // One route only redirects, whatever it gets.
    rules: { 'no-path-trailing-slash': 'off', 'operation-2xx-response': 'off', 'operation-4xx-response': 'off' },
  },
] as const

for (const { where, env, rules } of settings) {
  test(`the linter reports nothing in the document ${where}`, async () => {
    const { output, errors } = await occupy(['openapi'], env)
    assert.equal(errors, '')
    const config = await createConfig({ extends: ['recommended-strict'], rules })
    const problems = await lintFromString({ source: output, absoluteRef: 'openapi.json', config })
    assert.deepEqual(
      problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`),
      [],
    )
  })
}
