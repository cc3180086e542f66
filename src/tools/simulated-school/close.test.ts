import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { startSimulatedSchool } from './simulated-school.ts'

/** Opens a school, leaves a request of every long-lasting kind in flight, closes it, and reports whether the sockets ended. */
const program = `
import { connect } from 'node:net'
import { startSimulatedSchool } from ${JSON.stringify(new URL('./simulated-school.ts', import.meta.url).href)}
const school = await startSimulatedSchool()
const { port, host, pathname } = new URL(school.url)
const ended = []
for (const name of ['hang', 'drip', 'slow', 'endless-body', 'broken-json']) {
  school.setFault({ name, at: 'login-page' })
  const seen = school.requests.length
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  socket.write('GET ' + pathname + '/cas/login.action HTTP/1.1\\r\\nHost: ' + host + '\\r\\n\\r\\n')
  ended.push(new Promise((resolve) => socket.resume().on('close', resolve)))
  while (school.requests.length === seen) await new Promise(setImmediate)
}
await school.close()
await Promise.all(ended)
console.log('closed')
`

test('close ends open requests and leaves nothing that keeps the process alive', async () => {
  const node = promisify(execFile)
  const { stdout } = await node(process.execPath, ['--input-type=module', '--eval', program], { timeout: 20_000 })
  assert.equal(stdout, 'closed\n')
})

test('close frees the port', async () => {
  const school = await startSimulatedSchool()
  const port = Number(new URL(school.url).port)
  await school.close()
  const next = await startSimulatedSchool({ port })
  assert.equal(new URL(next.url).port, String(port))
  await next.close()
})

test('fails to listen on a used port', async () => {
  const school = await startSimulatedSchool()
  const port = Number(new URL(school.url).port)
  await assert.rejects(startSimulatedSchool({ port }), { code: 'EADDRINUSE' })
  await school.close()
})
