import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { type Account, openApi } from './api.ts'
import { assertError, CHINESE, errorText } from './assert-error.ts'
import { nobody } from './client.ts'

const api = openApi()
let ann: Account

const ENGLISH = /^[\p{ASCII}]+$/u

before(async () => {
  ann = await api.register()
})

const english = ['en', 'EN', 'en-US', 'en-GB,en;q=0.9', 'en-US,en;q=0.9,zh;q=0.8', 'zh;q=0.1,en;q=0.2', 'fr,en;q=0.1']
const chinese = ['zh', 'zh-CN', 'zh-CN,zh;q=0.9,en;q=0.8', 'zh-Hant-TW,en;q=0.5', 'en;q=0.2,zh;q=0.3', 'en;q=0']
const neither = ['fr', '*', 'de,*;q=0.5', '', ';;;q=', 'x'.repeat(2000), 'english', 'q=1']

for (const [languages, text, name] of [
  [english, ENGLISH, 'English'],
  [chinese, CHINESE, 'Chinese'],
  [neither, CHINESE, 'Chinese, without a supported language,'],
] as const) {
  for (const language of languages) {
    test(`${name} responds to Accept-Language: ${language.slice(0, 30)}`, async () => {
      const headers = { 'accept-language': language }
      assertError(await api.send('GET', '/studys', { headers }), 401, text)
      assertError(await api.send('GET', '/nothing', { headers }), 404, text)
      const reply = await api.send('POST', '/register', { headers, json: {} })
      assertError(reply, 400, text)
    })
  }
}

test('every error is available in English, with the same content as in Chinese', async () => {
  const record = await api.start(ann)
  const bob = await api.register()
  const calls: readonly (readonly [method: string, path: string, as: Record<string, string>, body?: string])[] = [
    ['GET', '/nothing', nobody],
    ['GET', '/%zz', nobody],
    ['DELETE', '/studys', nobody],
    ['GET', '/studys', nobody],
    ['GET', '/studys?per_page=0', ann.as],
    ['GET', '/studys?cursor=x', ann.as],
    ['POST', '/studys/', ann.as, '{'],
    ['POST', '/studys/', ann.as, '{"start_time":"now"}'],
    ['POST', '/studys/', ann.as, '{"start_time":"2999-01-01 00:00:00"}'],
    ['PUT', `/studys/${record.id}`, ann.as, '{"end_time":"1999-01-01 00:00:00"}'],
    ['PUT', `/studys/${record.id}`, bob.as],
    ['PUT', '/studys/999999999', ann.as],
    ['POST', '/register', nobody, 'x'.repeat(100_000)],
  ]
  for (const [method, path, as, body] of calls) {
    const plain = { as, ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }) }
    const asked = { ...plain, headers: { ...plain.headers, 'accept-language': 'en' } }
    const [zh, en] = [await api.send(method, path, plain), await api.send(method, path, asked)]
    assert.match(errorText(zh), CHINESE)
    assert.match(errorText(en), ENGLISH)
    assert.equal(en.status, zh.status)
    for (const reply of [zh, en]) assert.match(reply.headers.get('vary') ?? '', /accept-language/i)
  }
})
