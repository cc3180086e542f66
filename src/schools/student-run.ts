import { createHmac, randomBytes } from 'node:crypto'

/** More students than this are not distinguished. */
const maxStudents = 1000

/** Different students since the last `clear`. Their numbers are stored as hashes with a random key of this process. */
export interface StudentRun {
  /** False if the student is already in the run. */
  add(studentNumber: string): boolean
  readonly size: number
  clear(): void
}

export function createStudentRun(): StudentRun {
  const key = randomBytes(32)
  const students = new Set<string>()
  return {
    add(studentNumber) {
      const hash = createHmac('sha256', key).update(studentNumber).digest('base64url')
      if (students.has(hash) || students.size >= maxStudents) return false
      students.add(hash)
      return true
    },
    get size() {
      return students.size
    },
    clear: () => students.clear(),
  }
}
