import { looksLikeHtml } from '../school-call/page-text.ts'
import { SchoolTrouble } from '../school-call/school-trouble.ts'

export type LogonMeaning = 'accepted' | 'captcha-wrong' | 'rejected' | 'locked' | 'step-up-wanted'

const LOGON_CALL = 'cas/logon.action'
const LONGEST_MESSAGE = 500
const LOCKED = /锁定/
const CAPTCHA = /验证码/
const CREDENTIALS = /[账帐]号或密码/
/** The same with a subject, for statuses that mean a fault: databases lock tables as well. */
const ACCOUNT_LOCKED = /([账帐][号户]|用户).*锁定/

/** What `logon.action` said. @throws SchoolTrouble for whatever is not known to be about the student. */
export function readLogonAnswer(text: string): LogonMeaning {
  const { status, message } = parseLogonAnswer(text)
  if (status === '200') return 'accepted'
  if (status === '505') return 'step-up-wanted'
  if (status === '401') return LOCKED.test(message) ? 'locked' : 'captcha-wrong'
  if (status === '402') return refusedByMessage(message)
  if (status === '407' || status === '410') return byMessage(status, message)
  if (ACCOUNT_LOCKED.test(message)) return 'locked'
  throw fault(status)
}

/** For the operator: the status alone, since a message may name the student. */
export function describeLogonAnswer(text: string): string {
  try {
    return `status ${parseLogonAnswer(text).status}`
  } catch (error) {
    return error instanceof SchoolTrouble ? error.message : 'not a JSON object'
  }
}

export function parseLogonAnswer(text: string): { status: string; message: string } {
  const answer = parseJson(text, LOGON_CALL)
  const { status: said } = answer
  const status = typeof said === 'string' || typeof said === 'number' ? String(said).trim() : ''
  if (!/^\d{1,6}$/.test(status)) throw new SchoolTrouble('not-understood', `${LOGON_CALL}: JSON without a status`)
  return { status, message: typeof answer.message === 'string' ? answer.message.slice(0, LONGEST_MESSAGE) : '' }
}

/** The fields of a JSON object, however it was labelled. An HTML page in its place is what such systems show at night. */
export function parseJson(text: string, call: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    if (looksLikeHtml(text)) throw new SchoolTrouble('maintenance', `${call}: a page in place of JSON`)
  }
  if (typeof value === 'object' && value !== null) return { ...value }
  throw new SchoolTrouble('not-understood', `${call}: not a JSON object`)
}

/** Where the message speaks of nothing but the captcha, the student was not at fault. */
function refusedByMessage(message: string): LogonMeaning {
  if (LOCKED.test(message)) return 'locked'
  return CAPTCHA.test(message) && !CREDENTIALS.test(message) ? 'captcha-wrong' : 'rejected'
}

function byMessage(status: string, message: string): LogonMeaning {
  if (LOCKED.test(message)) return 'locked'
  if (CAPTCHA.test(message)) return 'captcha-wrong'
  if (CREDENTIALS.test(message)) return 'rejected'
  throw fault(status)
}

function fault(status: string): SchoolTrouble {
  return new SchoolTrouble('fault', `${LOGON_CALL}: status ${status}`)
}
