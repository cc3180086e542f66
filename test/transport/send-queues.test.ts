import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { readSendQueues } from '../../src/http/transport/connections/send-queues.ts'
import { until } from '../support/patience.ts'

const skip = process.platform !== 'linux' && 'reads /proc'

for (const [host, address] of [
  ['127.0.0.1', '127.0.0.1'],
  ['::', '127.0.0.1'],
  ['::1', '::1'],
] as const) {
  test(`reads what a client at ${address} has not acknowledged to a server at ${host}`, { skip }, async (t) => {
    const server = createServer().listen(0, host)
    await once(server, 'listening')
    const client = connect((server.address() as AddressInfo).port, address).pause()
    const [socket] = (await once(server, 'connection')) as [Socket]
    t.after(() => {
      for (const each of [client, socket]) each.destroy()
      server.close()
    })
    assert.equal(readSendQueues()(socket), 0)
    const bytes = 32 * 2 ** 20
    socket.write(Buffer.alloc(bytes))
    await until(() => readSendQueues()(socket) > 100_000, 'the system buffers some of it')
    client.resume()
    await until(() => client.bytesRead === bytes && readSendQueues()(socket) === 0, 'all is acknowledged')
  })
}
