import { createHmac } from 'node:crypto'
import { DomainError } from '../shared/errors.ts'
import { defaultPattern, type StudentNumberForm } from '../shared/student-number-form.ts'

/** @throws DomainError `student-number-malformed`, or `student-number-of-another-form` if the school has its own form */
export function checkStudentNumber(text: string, form: StudentNumberForm): void {
  if (form.matches(text)) return
  if (form.pattern === defaultPattern) throw new DomainError('student-number-malformed')
  throw new DomainError('student-number-of-another-form', { form: form.pattern })
}

/** The form in which student numbers are compared: case-insensitive. */
export function studentNumberIdentity(studentNumber: string): string {
  return studentNumber.toUpperCase()
}

/**
 * The form in which a student number is stored. Without the key, the number can neither be recovered nor found by
 * trying all numbers.
 */
export function studentNumberHash(studentNumber: string, key: Buffer): string {
  return createHmac('sha256', key).update(studentNumberIdentity(studentNumber)).digest('base64url')
}
