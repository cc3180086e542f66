import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Sample } from './wire.ts'

/** The baseline: plain `node:http` that responds with the last sample that it received. */
let sample: Sample = { status: 200, headers: {}, body: '' }

const server = createServer((_request, response) => {
  response.writeHead(sample.status, sample.headers)
  response.end(sample.body)
})

process.on('message', (given: Sample) => {
  sample = given
  process.send?.({ result: undefined })
})
process.on('disconnect', () => process.exit())
server.listen(0, '127.0.0.1', () => {
  process.send?.({ result: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
})
