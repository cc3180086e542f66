import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { type Account, openApi } from './api.ts'
import { assertError } from './assert-error.ts'
import { exchangePipelined, request } from './raw-http.ts'
import { pageOf, recordOf } from './resources.ts'

const api = openApi()
let ann: Account
before(async () => {
  ann = await api.register()
})

/** A request as text, with its body if it has one. */
function written(method: string, path: string, json?: object): string {
  const body = json === undefined ? '' : JSON.stringify(json)
  const head = [
    `${method} /api/v1.0${path} HTTP/1.1`,
    `Host: ${new URL(api.origin).host}`,
    `Authorization: ${ann.as.authorization}`,
  ]
  if (body !== '') head.push('Content-Type: application/json', `Content-Length: ${body.length}`)
  return request(head, body).join('')
}

const pipelined = (...requests: string[]) => exchangePipelined(api.origin, requests)
const rounds = 40

test('a read sent after a write on one connection sees the write, with and without a body', async () => {
  for (let round = 0; round < rounds; round += 1) {
    const { id, start_time } = await api.start(ann)
    const path = `/studys/${id}`
    const [ended, seen, listed] = await pipelined(
      written('PUT', path, round % 2 === 0 ? undefined : { end_time: start_time }),
      written('GET', path),
      written('GET', `/users/${ann.id}/studys/?order=desc&per_page=1`),
    )
    assert.ok(ended && seen && listed)
    assert.notEqual(recordOf(ended).end_time, null)
    assert.deepEqual(recordOf(seen), recordOf(ended))
    assert.deepEqual(pageOf(listed).studys, [recordOf(ended)])
  }
})

test('writes on one connection run in order, and a read before a write does not see it', async () => {
  for (let round = 0; round < rounds; round += 1) {
    const list = written('GET', `/users/${ann.id}/studys/?order=desc&per_page=1`)
    const start = written('POST', '/studys/')
    const replies = await pipelined(list, start, list, start, list)
    assert.equal(replies.length, 5)
    const ids = replies.map((reply) => (reply.status === 201 ? recordOf(reply, 201) : pageOf(reply).studys[0])?.id ?? 0)
    const [before = 0, first = 0, afterFirst, second = 0, afterSecond] = ids
    assert.ok(before < first && first < second)
    assert.deepEqual([afterFirst, afterSecond], [first, second])
  }
})

test('a failed write blocks nothing, and hundreds of requests behind it get responses', async () => {
  const { id } = await api.start(ann)
  const [refused, ...reads] = await pipelined(
    written('PUT', '/studys/999999999'),
    ...Array.from({ length: 600 }, () => written('GET', `/studys/${id}`)),
  )
  assert.ok(refused)
  assertError(refused, 404)
  assert.equal(reads.length, 600)
  for (const reply of reads) assert.equal(recordOf(reply).id, id)
})
