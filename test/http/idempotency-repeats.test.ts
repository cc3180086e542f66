import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { bearer, type Credentials, type Reply } from '../contract/client.ts'
import { openCampus } from './campus.ts'

const campus = openCampus()

const pick = fc.nat(5)
const day = fc.integer({ min: 10, max: 28 })
const hour = fc.integer({ min: 10, max: 20 })
const write = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('start' as const), day, hour }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('end' as const), pick, day, hour }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('edit' as const), pick, note: fc.constantFrom('a', 'b', null) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('settings' as const), goal: fc.integer({ min: 1, max: 9 }) }) },
)
type Write = typeof write extends fc.Arbitrary<infer T> ? T : never
/** How often the write is repeated at once, and which earlier write is repeated after it. */
const repeats = fc.record({ atOnce: fc.nat(2), earlier: fc.option(fc.nat(20), { nil: undefined }) })
const sequence = fc.array(fc.record({ write, repeats }), { minLength: 1, maxLength: 12 })

test('repeated writes with keys have the same result as the same writes without repeats', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(sequence, async (steps) => {
      const [patient, impatient] = [await newPlayer(), await newPlayer()]
      for (const { write, repeats } of steps) {
        const sent = await patient.send(write)
        const repeated = await impatient.send(write, repeats.atOnce)
        assert.equal(repeated.status, sent.status, repeated.text)
        if (repeats.earlier !== undefined) await impatient.sendAgain(repeats.earlier)
      }
      assert.deepEqual(await impatient.state(), await patient.state())
    }),
    { numRuns: 10 },
  )
})

async function newPlayer() {
  const as = bearer((await campus.register()).token)
  /** Ids of the records in the order of their starts. A deleted one stays. */
  const ids: number[] = []
  const done: { again: () => Promise<Reply>; text: string }[] = []

  async function send(write: Write, atOnce = 0): Promise<Reply> {
    const [method, path, json] = requestOf(write, ids)
    const headers = { 'idempotency-key': randomUUID() }
    const again = () => campus.send(method, path, { as, json, headers })
    const all = await Promise.all(Array.from({ length: 1 + atOnce }, again))
    const reply = all.find(({ status }) => status !== 409)
    assert.ok(reply)
    for (const { status, text } of all) assert.ok(status === 409 || text === reply.text, text)
    if (reply.status === 201) ids.push((reply.body as { id: number }).id)
    if (reply.status < 300) done.push({ again, text: reply.text })
    return reply
  }

  async function sendAgain(pick: number): Promise<void> {
    const some = done[pick % Math.max(1, done.length)]
    if (some) assert.equal((await some.again()).text, some.text)
  }

  return { send, sendAgain, state: () => stateOf(as) }
}

function requestOf(write: Write, ids: number[]): [method: string, path: string, json?: object] {
  if (write.kind === 'start') return ['POST', '/studys/', { start_time: time(write) }]
  if (write.kind === 'settings') return ['PUT', '/users/me/settings', { daily_goal_minutes: write.goal }]
  const path = `/studys/${ids[write.pick % Math.max(1, ids.length)] ?? 'none'}`
  if (write.kind === 'end') return ['PUT', path, { end_time: time(write) }]
  if (write.kind === 'edit') return ['PATCH', path, { note: write.note }]
  return ['DELETE', path]
}

function time({ day, hour }: { day: number; hour: number }): string {
  return `2024-03-${day} ${hour}:00:00`
}

async function stateOf(as: Credentials): Promise<object> {
  const { body } = await campus.send('GET', '/users/me/studys?per_page=100', { as })
  const { count, studys } = body as { count: number; studys: Record<string, unknown>[] }
  const records = studys.map(({ id, url, creator, ...values }) => values)
  return { count, records, settings: (await campus.send('GET', '/users/me/settings', { as })).body }
}
