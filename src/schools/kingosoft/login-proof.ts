import { SchoolError } from '../school-call/school-error.ts'
import { parseJson } from './logon-answer.ts'

export const proofPath = '/jw/common/showYearTerm.action'
const guestUserCode = 'kingo.guest'

/** The school's code for the person who is logged in. @throws SchoolError if nobody is logged in */
export function readUserCode(text: string): string {
  const { userCode } = parseJson(text, proofPath.slice(1))
  const code = typeof userCode === 'string' || typeof userCode === 'number' ? String(userCode).trim() : ''
  if (code === '' || code.toLowerCase() === guestUserCode) {
    throw new SchoolError('login-fault', `${proofPath.slice(1)}: the login was accepted and nobody is logged in`)
  }
  return code
}
