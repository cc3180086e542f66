import type { SimulatedStudent } from './student.ts'

const studentStates = ['active', 'locked', 'step-up'] as const
const studentFields = ['studentNumber', 'schoolPassword', 'name', 'state']

/** The message says in one line what is wrong and where, such as `[2].studentNumber: …`. */
export class StudentListError extends Error {}

/** @throws {StudentListError} */
export function parseStudents(text: string): SimulatedStudent[] {
  const list = parseJson(text)
  if (!Array.isArray(list)) throw new StudentListError('expected a list of students: [{"studentNumber": …}, …]')
  const students = list.map((entry, index) => studentOf(entry, `[${index}]`))
  students.forEach(({ studentNumber }, index) => {
    const first = students.findIndex((other) => other.studentNumber === studentNumber)
    if (first !== index) throw new StudentListError(`[${index}].studentNumber: the same as of [${first}]`)
  })
  return students
}

/** @throws {StudentListError} */
export function parseStudent(text: string): SimulatedStudent {
  return studentOf(parseJson(text), 'student')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // JSON.parse's message quotes the text, which may contain a password, and does not always give a position.
    throw new StudentListError(`not JSON (${lineAndColumn(text, lengthUpToFault(text))})`)
  }
}

/** The length of the longest prefix that could continue as valid JSON. Bisection works because longer prefixes keep the fault. */
function lengthUpToFault(text: string): number {
  let [good, bad] = [0, text.length + 1]
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2)
    if (couldGoOn(text.slice(0, middle))) good = middle
    else bad = middle
  }
  return good
}

function couldGoOn(piece: string): boolean {
  try {
    JSON.parse(piece)
    return true
  } catch (error) {
    return new RegExp(`end of JSON|Unterminated|position ${piece.length}\\b`).test(String(error))
  }
}

function lineAndColumn(text: string, position: number): string {
  const lines = text.slice(0, position).split('\n')
  return `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`
}

function studentOf(entry: unknown, place: string): SimulatedStudent {
  if (!isRecord(entry)) throw new StudentListError(`${place}: must be an object`)
  const unknown = Object.keys(entry).find((field) => !studentFields.includes(field))
  if (unknown !== undefined)
    throw new StudentListError(`${place}.${unknown}: unknown (known: ${studentFields.join(', ')})`)
  const { studentNumber, schoolPassword, name, state } = entry
  if (typeof studentNumber !== 'string' || !/^\d{9,10}$/.test(studentNumber)) {
    throw new StudentListError(`${place}.studentNumber: must be a text of nine or ten digits`)
  }
  if (typeof schoolPassword !== 'string' || schoolPassword === '') {
    throw new StudentListError(`${place}.schoolPassword: must be a text that is not empty`)
  }
  if (name !== undefined && typeof name !== 'string') throw new StudentListError(`${place}.name: must be a text`)
  const known = studentStates.find((one) => one === state)
  if (state !== undefined && !known)
    throw new StudentListError(`${place}.state: one of ${studentStates.join(', ')} is wanted`)
  return { studentNumber, schoolPassword, name, state: known }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
