import { SchoolError } from '../school-call/school-error.ts'
import { parseJson } from './logon-answer.ts'

export const PROOF = '/jw/common/showYearTerm.action'
const NOBODY = 'kingo.guest'

/** The school's code for the person who is logged in. @throws SchoolError if nobody is logged in */
export function readUserCode(text: string): string {
  const { userCode } = parseJson(text, PROOF.slice(1))
  const code = typeof userCode === 'string' || typeof userCode === 'number' ? String(userCode).trim() : ''
  if (code === '' || code.toLowerCase() === NOBODY) {
    throw new SchoolError('login-fault', `${PROOF.slice(1)}: the login was accepted and nobody is logged in`)
  }
  return code
}
