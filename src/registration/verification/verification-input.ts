import { DomainError } from '../../shared/errors.ts'

/** What a person sends to prove that they are a student. */
export type VerificationInput =
  | {
      studentNumber: string
      schoolPassword: string
      /** A captcha that the person has read. */
      answer?: { challenge: string; captcha: string }
      /** The place in the waiting room, as given by an earlier refusal. */
      place?: string | undefined
    }
  /** From a login at the school's own page. */
  | { ticket: string }

/** How this school verifies students: by a password sent to this service, or on the school's own login page. */
export type ProofKind = 'password' | 'ticket'

export interface WireVerificationInput {
  stu_id?: string
  stu_pwd?: string
  challenge?: string
  captcha?: string
  ticket?: string
}

/**
 * Accepts only the fields of this kind of school.
 * @throws DomainError `parameter-missing`, also for an incomplete captcha answer
 */
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
