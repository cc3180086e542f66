import { startSimulatedSchool } from '../src/tools/simulated-school/simulated-school.ts'
import type { DatabaseServer } from './databases.ts'
import { firstDay, freshStudents, mostOutOfOrder } from './first-day.ts'
import { table } from './report.ts'
import { startServer } from './server.ts'

export interface FirstDayRun {
  students: number
  registered: number
  /** The number of students by the number of requests that they needed. */
  requests: Record<number, number>
  /** The largest number of positions by which a student was admitted too early or too late. */
  outOfOrder: number
  mostAtSchool: number
  seconds: number
}

const callMs = 300

/** All students register at once, on an empty database and with production settings. */
export async function runFirstDay(
  databases: DatabaseServer,
  { main, workers, students: count }: { main: string; workers: number; students: number },
): Promise<FirstDayRun> {
  const students = freshStudents(count)
  const school = await startSimulatedSchool({
    students: students.map(({ stu_id, stu_pwd }) => ({ studentNumber: stu_id, schoolPassword: stu_pwd })),
  })
  try {
    school.setFault({ name: 'slow', ms: callMs, at: 'every' })
    const settings = { SCHOOL_URL: school.url, THROTTLE: 'on' }
    const server = await startServer({ main, databaseUrl: await databases.create(), cores: '0-1', workers, settings })
    try {
      const visits = await firstDay([server.origin], students, { everyMs: 2, mostRequests: 50 })
      const requests: Record<number, number> = {}
      for (const visit of visits) requests[visit.requests] = (requests[visit.requests] ?? 0) + 1
      return {
        students: count,
        registered: visits.filter(({ status }) => status === 201).length,
        requests,
        outOfOrder: mostOutOfOrder(visits),
        mostAtSchool: school.seen.mostAtOnce,
        seconds: Math.max(...visits.map(({ seconds }) => seconds)),
      }
    } finally {
      await server.close()
    }
  } finally {
    await school.close()
  }
}

export function firstDayReport({ students, registered, requests, outOfOrder, mostAtSchool, seconds }: FirstDayRun) {
  const rows = Object.entries(requests).map(([count, who]) => [count, String(who)])
  return [
    table(['requests', 'students'], rows),
    '',
    `${registered} of ${students} are in after ${Math.round(seconds)} s; out of order by ${outOfOrder} at most; ${mostAtSchool} at the school at once`,
  ].join('\n')
}
