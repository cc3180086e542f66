import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isCommonPassword } from './common-passwords.ts'

test('recognizes the most common passwords of Chinese users in any spelling', () => {
  for (const password of [
    ...['123456789', '11111111', '88888888', 'dearbook', '147258369', 'a123456789', '5201314520', 'woaini1314'],
    ...[
      'woaini520',
      '1314520520',
      'woaini123',
      'wodemima',
      'taobao123',
      '110110110',
      'aini1314',
      'xiazhili',
      'wang123456',
    ],
    ...['zhang123456', 'li123456', 'qq123456789', 'q123456789', 'z1234567', '1qaz2wsx3edc', 'qwer1234', 'asd123456'],
    ...['1234abcd', 'abcd1234', 'woaiwojia', 'nihao123', 'caonima123', 'iloveyou520', 'Woaini1314', 'WOAINI 1314!'],
    ...['ｗｏａｉｎｉ１３１４', '我爱你520520', '12121212', 'abababab', '147147147', '12345678@'],
  ]) {
    assert.ok(isCommonPassword(password), password)
  }
})

test('treats the name of the product as a common password', () => {
  for (const password of [
    ...['occupythelibrary', 'occupy-the-library', 'Occupy_The_Library', 'occupy123', 'library123', 'library520'],
    ...['占领图书馆123', '占领图书馆占领图书馆', 'zhanlingtushuguan', 'tushuguan123', 'zltsg123', 'occupylibrary!'],
  ]) {
    assert.ok(isCommonPassword(password), password)
  }
})

test('accepts other passwords', () => {
  for (const password of [
    ...[
      'quiet-reading-room',
      'a quiet reading room',
      'eight-8!',
      '正确的马电池订书钉',
      'correct horse battery',
      'Tr0ub4dor&3',
    ],
    ...[
      'library at dawn',
      '占领图书馆的猫',
      'woaini-but-not-you',
      '19980512xw',
      'mật-khẩu-rất-dài',
      '🐎🔋📎✅🐎🔋📎✅ 🙂',
    ],
    ...[`${'x'.repeat(30)}y9-k`, '长'.repeat(100), 'another-reading-room'],
  ]) {
    assert.ok(!isCommonPassword(password), password)
  }
})

test('checks the longest password quickly', () => {
  const begun = performance.now()
  for (let time = 0; time < 100; time++)
    for (const text of ['1', '123', 'qwe', '占领']) isCommonPassword(text.repeat(512))
  assert.ok(performance.now() - begun < 2000)
})
