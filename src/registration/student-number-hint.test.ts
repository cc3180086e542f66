import assert from 'node:assert/strict'
import { test } from 'node:test'
import { studentNumberHint } from './student-number-hint.ts'

for (const [pattern, zh, en] of [
  ['[0-9]{9,10}', '9 到 10 位数字', '9 to 10 digits'],
  ['\\d{12}', '12 位数字', '12 digits'],
  ['[0-9]{8,8}', '8 位数字', '8 digits'],
  ['[0-9]{8,}', '格式为 [0-9]{8,}', 'of the form [0-9]{8,}'],
  ['20[0-9]{8}', '格式为 20[0-9]{8}', 'of the form 20[0-9]{8}'],
] as const) {
  test(`the hint for ${pattern} says ${en}`, () => {
    assert.deepEqual([studentNumberHint(pattern, 'zh'), studentNumberHint(pattern, 'en')], [zh, en])
  })
}
