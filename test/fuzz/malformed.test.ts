import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { errorText } from '../contract/assert-error.ts'
import { send } from '../contract/client.ts'
import { parseReply } from '../contract/raw-http.ts'
import { startService } from '../support/service.ts'

/** One change to a message: at this fraction of its length, these bytes replace this many of its own. */
const change = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  removed: fc.constantFrom(0, 0, 1, 2, 10),
  added: fc.oneof(
    fc.constantFrom(
      '\r',
      '\n',
      '\r\n',
      '\r\n\r\n',
      ' ',
      '\t',
      ':',
      '\0',
      '\x7f',
      '\xff',
      'Host: a\r\n',
      'chunked',
      '-1',
    ),
    fc.string({ unit: 'binary', maxLength: 8 }),
  ),
})
const changes = fc.array(change, { minLength: 1, maxLength: 4 })

test('messages with a few changed bytes get a response in the standard form or none, and never a 500', async () => {
  const service = await startService()
  try {
    const { host } = new URL(service.address)
    const whole = [
      `GET /api/v1.0/studys?per_page=1 HTTP/1.1\r\nHost: ${host}\r\nAccept: */*\r\n\r\n`,
      `POST /api/v1.0/register HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`,
      `PUT /api/v1.0/studys/1 HTTP/1.1\r\nHost: ${host}\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    ]
    const messages = fc.sample(fc.tuple(fc.constantFrom(...whole), changes), { seed: 20261126, numRuns: 300 })
    for (let at = 0; at < messages.length; at += 20)
      await Promise.all(
        messages.slice(at, at + 20).map(([message, list]) => assertHandled(service.address, message, list)),
      )
    assert.equal((await send('GET', `${service.address}/healthz`)).status, 200)
  } finally {
    await service.close()
  }
})

async function assertHandled(address: string, message: string, list: { at: number; removed: number; added: string }[]) {
  let bytes = message
  for (const { at, removed, added } of list) {
    const place = Math.floor(at * bytes.length)
    bytes = bytes.slice(0, place) + added + bytes.slice(place + removed)
  }
  const reply = parseReply(await answerTo(address, Buffer.from(bytes, 'latin1')))
  const shown = `${reply.status} ${reply.text} to ${JSON.stringify(bytes)}`
  // The change may be in the version of the protocol.
  assert.ok(reply.status < 500 || reply.status === 505, shown)
  if (reply.status >= 400) assert.ok(errorText(reply), shown)
}

/** Sends these bytes, ends the sending side, and returns everything received, which may be nothing. */
async function answerTo(address: string, bytes: Buffer): Promise<Buffer> {
  const { hostname, port } = new URL(address)
  const socket = connect(Number(port), hostname)
  socket.end(bytes)
  const received: Buffer[] = []
  try {
    for await (const chunk of socket) received.push(chunk as Buffer)
  } catch (error) {
    // The server may close before it has read everything.
    assert.equal((error as NodeJS.ErrnoException).code, 'ECONNRESET')
  }
  return Buffer.concat(received)
}
