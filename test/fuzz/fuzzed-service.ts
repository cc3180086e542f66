import assert from 'node:assert/strict'
import { basic, bearer, send } from '../contract/client.ts'
import { registerStudents } from '../faults/student.ts'
import { startService } from '../support/service.ts'
import { fuzz } from './fuzz.ts'

/** Starts the service on the database under test, with a few students and records, and fuzzes it like `fuzz`. */
export async function fuzzService(requests: number, seed: number): Promise<Map<number, number>> {
  const service = await startService()
  const { address } = service
  try {
    const students = await registerStudents(address)
    const tokens = students.map(({ token }) => bearer(token))
    for (const [at, as] of tokens.entries()) {
      for (let day = 10; day < 16; day++) {
        const json = { start_time: `2026-03-${day} 08:0${at}:00`, subject: '高等数学' }
        assert.equal((await send('POST', `${address}/api/v1.0/studys/`, { as, json })).status, 201)
      }
    }
    const [, , hidden] = tokens
    const json = { visibility: 'only_me' }
    assert.equal((await send('PUT', `${address}/api/v1.0/users/me/settings`, { as: hidden ?? {}, json })).status, 200)
    const credentials = [...tokens, basic('s2017010101', 'quiet-reading-room'), basic(students[1]?.token ?? '', '')]
    const counts = await fuzz({ address, credentials, requests, seed })
    assert.equal((await send('GET', `${address}/readyz`)).status, 200)
    return counts
  } finally {
    await service.close()
  }
}
