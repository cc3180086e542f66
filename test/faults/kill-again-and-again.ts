import { setTimeout } from 'node:timers/promises'
import { audit } from './audit.ts'
import { registerStudents, type Student, study } from './student.ts'
import { type Place, startVictim, type Victim } from './victim.ts'

export interface Findings {
  kills: number
  /** Starts and stops that were acknowledged before some kill. */
  acknowledged: number
  records: number
  /** Of each restart, in milliseconds. */
  readyIn: number[]
}

const clientsEach = 2
const [shortest, longest] = [10, 250]

/** Kills the server under write load, starts it again and audits it, `kills` times. @throws AssertionError at the first loss */
export async function killAgainAndAgain(place: Place, kills: number, told = (_: number) => {}): Promise<Findings> {
  const findings: Findings = { kills: 0, acknowledged: 0, records: 0, readyIn: [] }
  let victim: Victim | undefined = await startVictim(place)
  try {
    const students = await registerStudents(victim.origin)
    while (findings.kills < kills) {
      await loadAndKill(victim, students, findings.kills % 3 === 2 ? 'first' : 'all')
      victim = undefined
      victim = await startVictim(place)
      findings.readyIn.push(victim.readyIn)
      findings.records = await audit(victim.origin, students)
      told(++findings.kills)
    }
    findings.acknowledged = students.flatMap(answers).length
    return findings
  } finally {
    await victim?.kill('all')
  }
}

async function loadAndKill({ origin, kill }: Victim, students: Student[], whom: 'all' | 'first'): Promise<void> {
  const clients = students.flatMap((student) => Array.from({ length: clientsEach }, () => study(origin, student)))
  await setTimeout(shortest + Math.random() * (longest - shortest))
  await kill(whom)
  await Promise.all(clients)
}

/** A start, and a stop where one was told. */
function answers({ acknowledged }: Student): string[] {
  return [...acknowledged.values()].flatMap(({ start_time, end_time }) =>
    end_time ? [start_time, end_time] : [start_time],
  )
}
