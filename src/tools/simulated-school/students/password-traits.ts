import type { SimulatedStudent } from './student.ts'

/** What a K3 login page sends about a password in addition to its digest. */
export interface PasswordTraits {
  expression: string
  length: string
  holdsUserName: string
}

/** The traits in a login form, or undefined if the form contains none of them. */
export function passwordTraitsOf(form: URLSearchParams): PasswordTraits | 'incomplete' | undefined {
  const names = ['txt_mm_expression', 'txt_mm_length', 'txt_mm_userzh']
  const [expression, length, holdsUserName] = names.map((name) => form.get(name) ?? undefined)
  if (expression === undefined && length === undefined && holdsUserName === undefined) return undefined
  if (expression === undefined || length === undefined || holdsUserName === undefined) return 'incomplete'
  return { expression, length, holdsUserName }
}

/** Whether the client's description matches the student's password. */
export function describes(traits: PasswordTraits, { studentNumber, schoolPassword }: SimulatedStudent): boolean {
  const kinds = Array.from({ length: schoolPassword.length }, (_, index) => kindOf(schoolPassword.charCodeAt(index)))
  return (
    traits.expression === String(kinds.reduce((all, kind) => all | kind, 0)) &&
    traits.length === String(schoolPassword.length) &&
    traits.holdsUserName === (schoolPassword.includes(studentNumber) ? '1' : '0')
  )
}

function kindOf(unit: number): number {
  const character = String.fromCharCode(unit)
  if (/[0-9]/.test(character)) return 8
  if (/[a-z]/.test(character)) return 4
  return /[A-Z]/.test(character) ? 2 : 1
}
