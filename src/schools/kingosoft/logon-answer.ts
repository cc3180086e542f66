import { looksLikeHtml } from '../school-call/page-text.ts'
import { SchoolError } from '../school-call/school-error.ts'
import {
  namesAccount,
  namesCaptchaAlone,
  namesDuty,
  namesSubject,
  namesWrongPassword,
  statesLock,
  statesLockOfAccount,
  statesRefusal,
} from './logon-words.ts'

export type LogonMeaning =
  | 'accepted'
  | 'captcha-wrong'
  | 'rejected'
  | 'locked'
  | 'step-up-wanted'
  | 'not-admitted'
  | 'action-wanted'

const logonCall = 'cas/logon.action'
const maxMessageChars = 500

/**
 * Interprets the response of `logon.action`: first by its status, then by its message.
 * @throws SchoolError for anything not known to concern the student
 */
export function readLogonAnswer(text: string): LogonMeaning {
  const { status, message } = parseLogonAnswer(text)
  switch (status) {
    case '200':
      return 'accepted'
    case '505':
      return 'step-up-wanted'
    case '401':
      return bySayings(message) ?? (namesAccount(message) ? 'rejected' : 'captcha-wrong')
    case '402':
      return bySayings(message) ?? refused(message)
    case '407':
    case '410':
      return bySayings(message) ?? heldBack(message)
    default:
      return oddly(status, message)
  }
}

/** For the operator. Contains only the status, because a message may name the student. */
export function describeLogonAnswer(text: string): string {
  try {
    return `status ${parseLogonAnswer(text).status}`
  } catch (error) {
    return error instanceof SchoolError ? error.message : 'not a JSON object'
  }
}

export function parseLogonAnswer(text: string): { status: string; message: string } {
  const answer = parseJson(text, logonCall)
  const { status: said } = answer
  const status = typeof said === 'string' || typeof said === 'number' ? String(said).trim() : ''
  if (!/^\d{1,6}$/.test(status)) throw new SchoolError('not-understood', `${logonCall}: JSON without a status`)
  return { status, message: typeof answer.message === 'string' ? answer.message.slice(0, maxMessageChars) : '' }
}

/**
 * Parses a JSON object regardless of its content type. These systems send an HTML page instead when they are closed at
 * night.
 */
export function parseJson(text: string, call: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    if (looksLikeHtml(text)) throw new SchoolError('maintenance', `${call}: a page instead of JSON`)
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new SchoolError('not-understood', `${call}: not a JSON object`)
}

function bySayings(message: string): LogonMeaning | undefined {
  if (statesLock(message)) return 'locked'
  return statesRefusal(message) ? 'not-admitted' : undefined
}

function refused(message: string): LogonMeaning {
  if (namesCaptchaAlone(message)) return 'captcha-wrong'
  return namesDuty(message) ? 'action-wanted' : 'rejected'
}

function heldBack(message: string): LogonMeaning {
  if (namesCaptchaAlone(message)) return 'captcha-wrong'
  return namesWrongPassword(message) ? 'rejected' : 'action-wanted'
}

/** For an unknown status, only a message about this student is trusted. */
function oddly(status: string, message: string): LogonMeaning {
  if (statesLockOfAccount(message)) return 'locked'
  if (namesSubject(message) && statesRefusal(message)) return 'not-admitted'
  if (namesAccount(message) && namesDuty(message)) return 'action-wanted'
  throw new SchoolError('login-fault', `${logonCall}: status ${status}`)
}
