import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ErrorCode } from '../../shared/errors.ts'
import { errorCatalogue } from './error-catalogue.ts'
import { errorMessage } from './error-message.ts'

test('no message contains a placeholder', () => {
  for (const code of Object.keys(errorCatalogue) as ErrorCode[]) {
    for (const language of ['zh', 'en'] as const) {
      assert.doesNotMatch(
        errorMessage(code, language, { parameter: 'page', retryAfterSeconds: 9 }),
        /[{}]|undefined/,
        code,
      )
    }
  }
})

test('states a wait in the largest unit of which it has at least two, rounded up', () => {
  const waits: readonly (readonly [seconds: number, zh: string, en: string])[] = [
    [1, '1秒钟', '1 second'],
    [119, '119秒钟', '119 seconds'],
    [120, '2分钟', '2 minutes'],
    [121, '3分钟', '3 minutes'],
    [900, '15分钟', '15 minutes'],
    [7199, '120分钟', '120 minutes'],
    [7201, '3小时', '3 hours'],
  ]
  for (const [retryAfterSeconds, zh, en] of waits) {
    assert.equal(errorMessage('too-many-requests', 'zh', { retryAfterSeconds }), `尝试次数过多，请${zh}后再试。`)
    assert.equal(
      errorMessage('too-many-requests', 'en', { retryAfterSeconds }),
      `Too many attempts. Try again in ${en}.`,
    )
  }
})
