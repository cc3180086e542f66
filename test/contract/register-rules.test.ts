import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshName, openApi } from './api.ts'
import { assertError } from './assert-error.ts'
import { basic, nobody } from './client.ts'
import { idOf, userOf } from './resources.ts'

const api = openApi()

/** Format characters, default-ignorable ones, and characters that are blank in every font. */
const invisible = [
  ...['\u00ad', '\u034f', '\u061c', '\u115f', '\u17b4', '\u180e', '\u200b', '\u200c', '\u200d', '\u2060', '\u2064'],
  ...['\u206f', '\u2800', '\u3164', '\ufe0f', '\ufeff', '\uffa0', '\ufff9', '\ufffe', '\u{1d159}', '\u{1d173}'],
  ...['\u{e0001}', '\u{e0041}', '\u{e0100}', '\u{e0fff}'],
]
const joinersOutsideEmoji = [
  '👨\u200d',
  '\u200d👨',
  '👨\u200d明',
  '🐱\u200d🐶',
  '❤\ufe0f\ufe0f',
  '🏴\u{e0067}',
  '👍\u200b👍',
]

test('a user name has 1 to 64 characters, none of them misleading', async () => {
  const student = api.freshRegistration()
  const forbidden = [
    'x'.repeat(65),
    'with:colon',
    ':',
    'nul\u0000',
    'line\nbreak',
    'tab\t',
    'escape\u001b[31m',
    'delete\u007f',
    'c1\u0085',
    'right-to-left \u202egnp.exe',
    'isolate\u2066x\u2069',
    'mark\u200f',
    ' leading',
    'trailing ',
    ' ',
    'lone surrogate \ud800',
    'surrogates around \ud83d👍\udc4d an emoji',
    ...invisible.map((character) => `小${character}明`),
    ...invisible,
    ...joinersOutsideEmoji,
  ]
  for (const username of forbidden) {
    assertError(await api.post('/register', nobody, { ...student, username }), 400)
  }
})

test('a password has 8 to 1024 characters, contains nothing known about the student, and is not a common one', async () => {
  const student = { ...api.freshRegistration(), stu_pwd: 'quiet school password' }
  const known = [student.username, student.stu_id, student.stu_pwd, student.stu_pwd.toUpperCase()]
  const common = [
    '12345678',
    'password',
    'qwertyuiop',
    'woaini1314',
    'a123456789',
    '占领图书馆123',
    'occupy-the-library',
  ]
  const weak = ['seven-7', 'x9-'.repeat(342), ...known, ...common]
  for (const password of weak) {
    assertError(await api.post('/register', nobody, { ...student, password }), 400)
    assertError(await api.get('/token', basic(student.username, password)), 401)
  }
})

const longest = `${'长'.repeat(32)}${'x'.repeat(967)}`
const accepted: readonly (readonly [what: string, username: () => string, password: string])[] = [
  ['of the shortest name and the longest password', () => rareCharacter(), `${longest} and twenty-four more.`],
  ['of the longest name and the shortest password', () => freshName('').padStart(64, '名'), 'eight-8!'],
  ['of Chinese', () => freshName('图书馆里的同学'), '正确的马电池订书钉'],
  ['of emoji', () => freshName('👩‍🎓📚'), '🐎🔋📎✅🐎🔋📎✅ 🙂'],
  [
    'of emoji with joiners, variation selectors and tags',
    () => freshName('👨‍👩‍👧🏳️‍🌈❤️1️⃣👩🏽‍🎓🇨🇳🏴󠁧󠁢󠁥󠁮󠁧󠁿'),
    '👨‍👩‍👧 zero\u200bwidth',
  ],
  [
    'of decomposed letters',
    () => freshName('Zoë Ångström'.normalize('NFD')),
    'Crème brûlée à la carte'.normalize('NFD'),
  ],
  ['of composed letters', () => freshName('Zoë Ångström'.normalize('NFC')), 'Crème brûlée à la carte'.normalize('NFC')],
  ['of full width', () => freshName('ＬＩＢＲＡＲＹ'), 'ｆｕｌｌ　ｗｉｄｔｈ　１２３'],
  [
    'with spaces and symbols',
    () => freshName('O\'Neill; -- "<b>&amp; %41 \\'),
    '  "quoted" \\ back; DROP TABLE users --  ',
  ],
  ['with colons in the password', () => freshName(), ':a:b::c:d:'],
]

for (const [what, username, password] of accepted) {
  test(`credentials ${what} register, are returned as typed and log in`, async () => {
    const ann = await api.register({ username: username(), password })
    assert.equal(ann.user.username, ann.username)
    assert.equal(userOf(await api.get(`/users/${ann.id}`, ann.withPassword)).username, ann.username)
    assert.equal(idOf(ann.user.url), ann.id)
    for (const wrong of [`${password}x`, password.slice(0, -1)]) {
      assertError(await api.get('/token', basic(ann.username, wrong)), 401)
    }
  })
}

function rareCharacter(): string {
  return String.fromCodePoint(0x4e00 + Math.floor(Math.random() * 20_000))
}
