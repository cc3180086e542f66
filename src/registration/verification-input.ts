import { DomainError } from '../shared/errors.ts'

/** What a person brings to show that they are a student. */
export type VerificationInput =
  | {
      studentNumber: string
      schoolPassword: string
      /** A captcha that the person has read. */
      answer?: { challenge: string; captcha: string }
      /** In the line before the school, as an earlier refusal gave it. */
      place?: string | undefined
    }
  /** From a login at the school's own page. */
  | { ticket: string }

/** How this school proves students: by a password given here, or at a login page of its own. */
export type ProofKind = 'password' | 'ticket'

export interface WireVerificationInput {
  stu_id?: string
  stu_pwd?: string
  challenge?: string
  captcha?: string
  ticket?: string
}

/** What this kind of school takes, and nothing else. @throws DomainError `parameter-missing`, also for half of a captcha's answer */
export function verificationInputOf(
  kind: ProofKind,
  { stu_id, stu_pwd, challenge, captcha, ticket }: WireVerificationInput,
  place?: string,
): VerificationInput {
  if (kind === 'ticket') {
    if (ticket === undefined) throw new DomainError('parameter-missing')
    return { ticket }
  }
  if (stu_id === undefined || stu_pwd === undefined) throw new DomainError('parameter-missing')
  if ((challenge === undefined) !== (captcha === undefined)) throw new DomainError('parameter-missing')
  const answer = challenge === undefined || captcha === undefined ? {} : { answer: { challenge, captcha } }
  return { studentNumber: stu_id, schoolPassword: stu_pwd, ...answer, place }
}
