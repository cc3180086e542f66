import type { StudentNumberForm } from '../../shared/student-number-form.ts'
import { SchoolError } from '../school-call/school-error.ts'
import type { UnavailableReason, Verification } from '../verifier.ts'
import type { ServiceResponse } from './service-response.ts'

/**
 * Error codes of CAS protocol 3.0.3, 2.5.3. Codes about this service's own settings do not mean that the school is
 * down.
 */
const reasons: ReadonlyMap<string, UnavailableReason> = new Map([
  ['INVALID_REQUEST', 'unsupported'],
  ['INVALID_TICKET_SPEC', 'unsupported'],
  ['INVALID_SERVICE', 'unsupported'],
  ['UNAUTHORIZED_SERVICE', 'unsupported'],
  ['UNAUTHORIZED_SERVICE_PROXY', 'unsupported'],
  ['INVALID_PROXY_CALLBACK', 'unsupported'],
])

/**
 * What a validated ticket proves. The code of a verified result is the student number.
 * @throws SchoolError if it proves nothing
 */
export function judgeTicket(
  response: ServiceResponse,
  studentNumbers: StudentNumberForm,
  attribute: string | undefined,
): Verification {
  if (response.kind === 'success') return judgePerson(studentNumberIn(response, attribute), studentNumbers)
  const { code } = response
  // Already used, expired, or never issued. No password was checked.
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

/**
 * Teachers and guests have a login too. Some servers return an alias; then CAS_STUDENT_NUMBER_ATTRIBUTE names the
 * attribute with the number.
 */
function judgePerson(number: string, studentNumbers: StudentNumberForm): Verification {
  return studentNumbers.matches(number) ? { outcome: 'verified', studentCode: number } : { outcome: 'no-student' }
}
