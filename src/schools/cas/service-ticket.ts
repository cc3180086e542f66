import type { StudentNumberForm } from '../../shared/student-number-form.ts'
import { SchoolError } from '../school-call/school-error.ts'
import type { UnavailableReason, Verification } from '../verifier.ts'
import type { ServiceResponse } from './service-response.ts'

/** Codes of CAS protocol 3.0.3, 2.5.3. Those about this service's own settings do not speak of a school that is down. */
const reasons: ReadonlyMap<string, UnavailableReason> = new Map([
  ['INVALID_REQUEST', 'unsupported'],
  ['INVALID_TICKET_SPEC', 'unsupported'],
  ['INVALID_SERVICE', 'unsupported'],
  ['UNAUTHORIZED_SERVICE', 'unsupported'],
  ['UNAUTHORIZED_SERVICE_PROXY', 'unsupported'],
  ['INVALID_PROXY_CALLBACK', 'unsupported'],
])

/** What a validated ticket proves; the code of a verified one is the student number. @throws SchoolError when it proves nothing. */
export function judgeTicket(
  response: ServiceResponse,
  studentNumbers: StudentNumberForm,
  attribute: string | undefined,
): Verification {
  if (response.kind === 'success') return judgePerson(studentNumberIn(response, attribute), studentNumbers)
  const { code } = response
  // Used before, too old, or never given. No password was looked at.
  if (code === 'INVALID_TICKET') return { outcome: 'ticket-spent' }
  const known = reasons.has(code) || code === 'INTERNAL_ERROR'
  throw new SchoolError(reasons.get(code) ?? 'login-fault', `serviceValidate: ${known ? code : 'unknown code'}`)
}

function studentNumberIn(response: ServiceResponse & { kind: 'success' }, attribute: string | undefined): string {
  if (attribute === undefined) return response.user
  const [value, ...others] = response.attributes.get(attribute) ?? []
  if (value === undefined || others.length > 0)
    throw new SchoolError('unsupported', 'serviceValidate: not exactly one CAS_STUDENT_NUMBER_ATTRIBUTE')
  return value
}

/** Teachers and guests have a login too, and some servers answer an alias (then CAS_STUDENT_NUMBER_ATTRIBUTE names the number). */
function judgePerson(number: string, studentNumbers: StudentNumberForm): Verification {
  return studentNumbers.matches(number) ? { outcome: 'verified', studentCode: number } : { outcome: 'no-student' }
}
