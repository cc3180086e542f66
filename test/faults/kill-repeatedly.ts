import { setTimeout } from 'node:timers/promises'
import { until } from '../support/patience.ts'
import { audit } from './audit.ts'
import { backUp } from './neighbours.ts'
import { poll } from './readiness-poll.ts'
import { acknowledgedBy, registerStudents, type Student, study } from './student.ts'
import { type Place, startVictim, type Victim } from './victim.ts'

export interface Findings {
  kills: number
  /** Starts and stops that were acknowledged before a kill. */
  acknowledged: number
  records: number
  /** The time of each restart, in milliseconds. */
  readyIn: number[]
}

const clientsEach = 2
const [shortest, longest] = [10, 250]

/** Kills the server under write load, starts it again and audits it, `kills` times. @throws AssertionError at the first loss */
export async function killRepeatedly(place: Place, kills: number, onKill = (_: number) => {}): Promise<Findings> {
  const findings: Findings = { kills: 0, acknowledged: 0, records: 0, readyIn: [] }
  let victim: Victim | undefined = await startVictim(place)
  try {
    const students = await registerStudents(victim.origin)
    while (findings.kills < kills) {
      const whom = findings.kills % 3 === 2 ? 'first' : 'all'
      // In every other round, so that some kills come before the first response.
      const isAnswered = findings.kills % 2 === 1
      await loadAndKill(place, victim, students, { whom, isAnswered })
      victim = undefined
      victim = await startVictim(place)
      findings.readyIn.push(victim.readyIn)
      findings.records = await audit(victim.origin, students)
      onKill(++findings.kills)
    }
    findings.acknowledged = acknowledgedBy(students)
    return findings
  } finally {
    await victim?.kill('all')
  }
}

interface Kill {
  whom: 'all' | 'first'
  /** Whether to wait for the first response, which takes long on a busy machine. */
  isAnswered: boolean
}

/** With readiness polled all the time and a concurrent backup, as for any service. */
async function loadAndKill(
  place: Place,
  victim: Victim,
  students: Student[],
  { whom, isAnswered }: Kill,
): Promise<void> {
  const before = acknowledgedBy(students)
  const clients = students.flatMap((student) =>
    Array.from({ length: clientsEach }, () => study(victim.origin, student)),
  )
  let over = false
  const polling = poll(victim, () => over)
  try {
    if (place.databaseUrl.startsWith('file:')) await backUp(place)
    if (isAnswered) await until(() => acknowledgedBy(students) > before, 'a response')
    await setTimeout(shortest + Math.random() * (longest - shortest))
  } finally {
    over = true
    await victim.kill(whom)
    await Promise.all([...clients, polling])
  }
}
