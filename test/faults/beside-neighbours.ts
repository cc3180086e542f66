import { until } from '../support/patience.ts'
import { audit } from './audit.ts'
import { assertIntegrity } from './integrity.ts'
import { neighbours } from './neighbours.ts'
import { poll } from './readiness-poll.ts'
import { acknowledgedBy, registerStudents, study } from './student.ts'
import { type Place, startVictim } from './victim.ts'

export interface NeighbourFindings {
  acknowledged: number
  polls: number
}

/**
 * Serves from SQLite under write load, with `/readyz` polled all the time, while every neighbour runs `rounds` times; then kills the
 * service, starts it again and audits it. @throws AssertionError at the first loss
 */
export async function serveBesideNeighbours(place: Place, rounds: number): Promise<NeighbourFindings> {
  const victim = await startVictim(place)
  let over = false
  const polling = poll(victim, () => over)
  try {
    const students = await registerStudents(victim.origin)
    const clients = students.map((student) => study(victim.origin, student, (answered) => over && !answered))
    try {
      for (let round = 0; round < rounds; round++)
        for (const neighbour of Object.values(neighbours)) {
          await neighbour({ place, victim, students })
          // A process that believes to be the last user of the file deletes the log when it ends: later writes are lost.
          await waitForNewAcknowledgement(students)
        }
    } finally {
      over = true
      await victim.kill('all')
      await Promise.all(clients)
    }
    await auditRestarted(place, students)
    return { acknowledged: acknowledgedBy(students), polls: await polling }
  } finally {
    over = true
    await victim.kill('all')
    await polling
  }
}

async function waitForNewAcknowledgement(students: Parameters<typeof audit>[1]): Promise<void> {
  const before = acknowledgedBy(students)
  await until(() => acknowledgedBy(students) >= before + 10, 'the service continues to acknowledge writes')
}

async function auditRestarted(place: Place, students: Parameters<typeof audit>[1]): Promise<void> {
  const restarted = await startVictim(place)
  try {
    await audit(restarted.origin, students)
  } finally {
    await restarted.kill('all')
  }
  assertIntegrity(place.databaseUrl.slice('file:'.length))
}
