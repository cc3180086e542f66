import { findByStudentNumber, findByUserName } from '../accounts/account.repository.ts'
import { studentNumberHash } from '../accounts/student-number.ts'
import { userNameKey } from '../accounts/user-name.ts'
import type { Keys } from '../keys.ts'
import type { Storage } from '../storage/storage.ts'
import { demoStudents } from '../tools/simulated-school/students/student.ts'

export interface DemoStudent {
  username: string
  studentNumber: string
  schoolPassword: string
}

/** Finds a student of the simulated school and a user name that are still free, so that what each start offers can be registered. */
export async function freeDemoStudent({ db }: Storage, keys: Keys): Promise<DemoStudent | undefined> {
  for (const [index, { studentNumber, schoolPassword, state = 'active' }] of demoStudents.entries()) {
    const username = index === 0 ? 'bllli' : `bllli${index + 1}`
    const taken =
      state !== 'active' ||
      (await findByStudentNumber(db, studentNumberHash(studentNumber, keys.studentNumber))) ||
      (await findByUserName(db, userNameKey(username)))
    if (!taken) return { username, studentNumber, schoolPassword }
  }
  return undefined
}
