import { setTimeout } from 'node:timers/promises'
import { audit } from './audit.ts'
import { backUp } from './neighbours.ts'
import { poll } from './readiness-poll.ts'
import { acknowledgedBy, registerStudents, type Student, study } from './student.ts'
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
      await loadAndKill(place, victim, students, findings.kills % 3 === 2 ? 'first' : 'all')
      victim = undefined
      victim = await startVictim(place)
      findings.readyIn.push(victim.readyIn)
      findings.records = await audit(victim.origin, students)
      told(++findings.kills)
    }
    findings.acknowledged = acknowledgedBy(students)
    return findings
  } finally {
    await victim?.kill('all')
  }
}

/** With readiness polled all the time and a backup made meanwhile, as beside any service. */
async function loadAndKill(place: Place, victim: Victim, students: Student[], whom: 'all' | 'first'): Promise<void> {
  const clients = students.flatMap((student) =>
    Array.from({ length: clientsEach }, () => study(victim.origin, student)),
  )
  let over = false
  const polling = poll(victim, () => over)
  try {
    if (place.databaseUrl.startsWith('file:')) await backUp(place)
    await setTimeout(shortest + Math.random() * (longest - shortest))
  } finally {
    over = true
    await victim.kill(whom)
    await Promise.all([...clients, polling])
  }
}
