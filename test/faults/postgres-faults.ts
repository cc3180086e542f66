import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { linkTo } from '../support/cuttable-link.ts'
import { until } from '../support/patience.ts'
import { promote, withoutFreeze, withPostgres, withPostgresPair } from '../support/postgres-server.ts'
import { audit } from './audit.ts'
import { type Load, startLoad } from './postgres-load.ts'
import { registerStudents, type Student } from './student.ts'
import { freePort, type Place, startVictim, type Victim } from './victim.ts'

/** A fault of a database, and its end. */
interface Fault {
  begin(): Promise<void>
  end(): Promise<void>
}

type WithFault = (work: (databaseUrl: string, fault: Fault) => Promise<void>) => Promise<void>

export interface Findings {
  acknowledged: number
  refused: number
  slowestMs: number
  /** The time from the fault's end until the start of the last request that was still refused. */
  healedInMs: number
}

export const postgresFaultKinds: Readonly<Record<string, WithFault>> = {
  killed: (work) => withPostgres((server) => work(server.url, { begin: server.kill, end: server.start })),

  frozen: (work) => withPostgres((server) => work(server.url, { begin: server.freeze, end: server.thaw })),

  silent: (work) =>
    withPostgres(async (server) => {
      const link = await linkTo(server.url)
      const url = Object.assign(new URL(server.url), { port: String(link.port) }).href
      try {
        await work(url, { begin: async () => link.silence(), end: link.repair })
      } finally {
        await link.cut()
      }
    }),

  'failed over from a killed primary': (work) => failOver('kill', work),

  'failed over from a frozen primary': (work) => failOver('freeze', work),
}

/** The fault ends with the promotion: the old primary stays down. */
function failOver(how: 'kill' | 'freeze', work: (databaseUrl: string, fault: Fault) => Promise<void>): Promise<void> {
  return withPostgresPair(({ primary, standby }) => {
    const both = primary.url.replace(/@[^/]+/, `@127.0.0.1:${primary.port},127.0.0.1:${standby.port}`)
    return work(both, { begin: primary[how], end: () => promote(standby) })
  })
}

const faultMs = 4000
const roundsOfEach = 40
const [answeredWithinMs, healedWithinMs] = [3000, 5000]

/** The long version: each kind of fault once per 40 `rounds`, with every acknowledged write counted. @throws AssertionError at a loss, a wrong or a late response */
export async function postgresFaults(report: (line: string) => void, rounds: number): Promise<void> {
  if (withoutFreeze) return report(`skipped: ${withoutFreeze}`)
  for (const kind of Object.keys(postgresFaultKinds)) {
    for (let round = 0; round < Math.ceil(rounds / roundsOfEach); round++) {
      const found = await injectFault(kind, { faultMs, afterwardsMs: healedWithinMs + 1000 })
      report(
        `PostgreSQL ${kind}: ${found.acknowledged} acknowledged writes kept, ${found.refused} refused, ` +
          `slowest response ${found.slowestMs} ms, recovered in ${found.healedInMs} ms`,
      )
      assert.ok(found.slowestMs < answeredWithinMs, 'a 503 takes at most three seconds')
      assert.ok(found.healedInMs < healedWithinMs, 'it recovers within five seconds')
    }
  }
}

/** One fault under load. @throws AssertionError if an acknowledged write is lost, or a response is neither right nor a 503 */
export async function injectFault(kind: string, times: { faultMs: number; afterwardsMs: number }): Promise<Findings> {
  let found: Findings | undefined
  await postgresFaultKinds[kind]?.((url, fault) =>
    inFolder(async (folder) => {
      const place = { folder, databaseUrl: url, port: await freePort(), workers: 1 }
      const students = await whileServed(place, async ({ origin }) => {
        const registered = await registerStudents(origin)
        found = await injectUnderLoad(origin, registered, fault, times)
        return registered
      })
      // A new process finds the database too, with all acknowledged writes.
      await whileServed(place, ({ origin }) => audit(origin, students))
    }),
  )
  assert.ok(found, kind)
  return found
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'occupy-faults-'))
  try {
    await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 20 })
  }
}

async function whileServed<T>(place: Place, work: (victim: Victim) => Promise<T>): Promise<T> {
  const victim = await startVictim(place)
  try {
    return await work(victim)
  } finally {
    await victim.kill('all')
  }
}

async function injectUnderLoad(
  origin: string,
  students: Student[],
  fault: Fault,
  { faultMs, afterwardsMs }: { faultMs: number; afterwardsMs: number },
): Promise<Findings> {
  const load = startLoad(origin, students)
  await untilAnswered(load)
  await fault.begin()
  await setTimeout(faultMs)
  await fault.end()
  const ended = performance.now()
  await untilAnswered(load)
  await setTimeout(afterwardsMs)
  await load.stop()
  const refused = load.answers.filter(({ ok }) => !ok)
  assert.ok(refused.length > 0, 'the fault had an effect')
  return {
    acknowledged: load.answers.length - refused.length,
    refused: refused.length,
    slowestMs: Math.round(Math.max(...load.answers.map(({ ms }) => ms))),
    healedInMs: Math.round(Math.max(0, ...refused.map(({ begun }) => begun - ended))),
  }
}

/** Waits until a write that started after this call is acknowledged. */
async function untilAnswered({ answers }: Load): Promise<void> {
  const since = performance.now()
  await until(() => answers.some(({ begun, ok }) => ok && begun > since), 'a write is acknowledged')
}
