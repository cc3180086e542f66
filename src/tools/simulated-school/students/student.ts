import { md5 } from '../encryption/digest.ts'

export interface SimulatedStudent {
  /** Nine or ten digits. */
  studentNumber: string
  schoolPassword: string
  name?: string
  /** `locked` refuses every password. `step-up` requires a code from the phone after the right password. Default `active`. */
  state?: 'active' | 'locked' | 'step-up'
}

export const demoStudents: readonly SimulatedStudent[] = [
  { studentNumber: '2017010101', schoolPassword: 'library', name: '李雷' },
  { studentNumber: '2017010102', schoolPassword: 'reading', name: '韩梅梅' },
  { studentNumber: '2017010103', schoolPassword: '图书馆2017', name: '王小明' },
  { studentNumber: '201701011', schoolPassword: 'studying', name: '林涛' },
  { studentNumber: '2017010109', schoolPassword: 'library', name: '魏华', state: 'locked' },
  { studentNumber: '2017010108', schoolPassword: 'library', name: '吉姆', state: 'step-up' },
]

/** The school's internal code of a person: nine digits that do not reveal the student number and never change. */
export function userCodeOf(student: SimulatedStudent): string {
  const digits = BigInt(`0x${md5(`user code of ${student.studentNumber}`)}`) % 1_000_000_000n
  return digits.toString().padStart(9, '0')
}
