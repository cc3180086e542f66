import { createHmac } from 'node:crypto'
import { DomainError } from '../shared/errors.ts'

const shape = /^[0-9]{9,10}$/

export function isStudentNumber(text: string): boolean {
  return shape.test(text)
}

/** @throws DomainError `student-number-malformed` */
export function checkStudentNumber(text: string): void {
  if (!isStudentNumber(text)) throw new DomainError('student-number-malformed')
}

/** The form in which a student number is at rest: without the key it cannot be told, nor found by trying all numbers. */
export function studentNumberHash(studentNumber: string, key: Buffer): string {
  return createHmac('sha256', key).update(studentNumber).digest('base64url')
}
