import { SchoolError } from '../../school-call/school-error.ts'
import { type Dialect, type LogonInput, logonPath } from './dialect.ts'
import { loginDigest } from './digest.ts'

/** The field names contain the captcha. Nothing is escaped, not even the padding of the base64. */
export function k2Text({ studentNumber, schoolPassword, captcha, sessionId }: LogonInput): string {
  if (sessionId === undefined) throw new SchoolError('not-understood', 'the school sent no JSESSIONID')
  const user = Buffer.from(`${studentNumber};;${sessionId}`, 'utf8').toString('base64')
  const digest = loginDigest(schoolPassword, captcha)
  return `_u${captcha}=${user}&_p${captcha}=${digest}&randnumber=${captcha}&isPasswordPolicy=1`
}

/** 2018, as a form. */
export const k2Post: Dialect = {
  name: 'k2-post',
  async logon(input) {
    return { method: 'POST', path: logonPath, form: k2Text(input) }
  },
}

/** 2018, as a query. The digest then appears in the school's logs, so the form is preferred if the school accepts both. */
export const k2Get: Dialect = {
  name: 'k2-get',
  async logon(input) {
    return { method: 'GET', path: `${logonPath}?${k2Text(input)}` }
  },
}
