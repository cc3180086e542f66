import { passwordDigest } from '../encryption/digest.ts'
import type { SimulatedStudent } from './student.ts'

const triesBeforeLock = 5
const maxCountedNumbers = 10_000

export type Verdict =
  | { kind: 'right'; student: SimulatedStudent }
  | { kind: 'step-up'; student: SimulatedStudent }
  | { kind: 'wrong'; tries: number }
  | { kind: 'locked'; minutes: number }

export interface RegisterOptions {
  students: readonly SimulatedStudent[]
  lockMs: number
  now: () => number
}

interface Attempts {
  tries: number
  lockedUntil: number
}

/** The students and their failed logins. Five wrong passwords in a row lock an account temporarily. */
export class StudentRegister {
  wrongPasswords = 0
  private readonly students = new Map<string, SimulatedStudent>()
  private readonly attempts = new Map<string, Attempts>()
  private readonly options: RegisterOptions

  constructor(options: RegisterOptions) {
    this.options = options
    for (const student of options.students) this.add(student)
  }

  get list(): SimulatedStudent[] {
    return [...this.students.values()]
  }

  add(student: SimulatedStudent): void {
    this.students.set(student.studentNumber, student)
    this.attempts.delete(student.studentNumber)
  }

  find(studentNumber: string): SimulatedStudent | undefined {
    return this.students.get(studentNumber)
  }

  judge(studentNumber: string, digest: string, captcha: string): Verdict {
    const student = this.students.get(studentNumber)
    const locked = this.lockOf(student, studentNumber)
    if (locked) return locked
    if (!student || passwordDigest(student.schoolPassword, captcha) !== digest) return this.countWrong(studentNumber)
    this.attempts.delete(studentNumber)
    return { kind: student.state === 'step-up' ? 'step-up' : 'right', student }
  }

  private lockOf(student: SimulatedStudent | undefined, studentNumber: string): Verdict | undefined {
    if (student?.state === 'locked') return { kind: 'locked', minutes: 30 }
    const attempts = this.attempts.get(studentNumber)
    if (!attempts?.lockedUntil) return undefined
    const leftMs = attempts.lockedUntil - this.options.now()
    if (leftMs > 0) return { kind: 'locked', minutes: Math.ceil(leftMs / 60_000) }
    this.attempts.delete(studentNumber)
    return undefined
  }

  private countWrong(studentNumber: string): Verdict {
    const attempts = this.attempts.get(studentNumber) ?? { tries: 0, lockedUntil: 0 }
    this.wrongPasswords++
    attempts.tries++
    this.remember(studentNumber, attempts)
    if (attempts.tries < triesBeforeLock) return { kind: 'wrong', tries: attempts.tries }
    attempts.lockedUntil = this.options.now() + this.options.lockMs
    return { kind: 'locked', minutes: Math.ceil(this.options.lockMs / 60_000) }
  }

  /** Unknown numbers are counted too, because the school treats them alike. The map must therefore be bounded. */
  private remember(studentNumber: string, attempts: Attempts): void {
    this.attempts.set(studentNumber, attempts)
    const oldest = this.attempts.keys().next()
    if (this.attempts.size > maxCountedNumbers && !oldest.done) this.attempts.delete(oldest.value)
  }
}
