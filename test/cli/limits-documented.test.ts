import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { guessLimits } from '../../src/authentication/guessing/guess-limits.ts'
import { schoolLimits } from '../../src/registration/verification/school-limits.ts'

test('docs/limits.md has a row for every limit, with its figures, and for no other', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/limits.md'), 'utf8')
  const rows = [...text.matchAll(/^\| `([a-z-]+)` \|.*\| (\d+) \| ([^|]*) \|$/gm)]
  const documented = rows.map(([, name, points, last = '']) => `${name} ${points} ${/503|400/.test(last) ? '' : last}`)
  const limits = [...guessLimits, ...schoolLimits].map(
    ({ name, points, duration, refusal }) => `${name} ${points} ${refusal === undefined ? duration : ''}`,
  )
  assert.deepEqual(documented.sort(), limits.sort())
})
