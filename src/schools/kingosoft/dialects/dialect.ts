import type { SchoolCall } from '../../form-login/school-session.ts'

export type DialectName = 'k1' | 'k2-get' | 'k2-post' | 'k3'

/** The input of a login. */
export interface LogonInput {
  studentNumber: string
  schoolPassword: string
  /** The captcha as read. Letters and digits only. */
  captcha: string
  /** The value of `JSESSIONID`, once the school has set one. */
  sessionId: string | undefined
}

/** The form in which a site takes a login. */
export interface Dialect {
  name: DialectName
  /** Prepares one try at `logon.action`. `fetchText` returns a page below the web root, within the same session. */
  logon(input: LogonInput, fetchText: (path: string) => Promise<string>): Promise<SchoolCall>
}

export const logonPath = '/cas/logon.action'
