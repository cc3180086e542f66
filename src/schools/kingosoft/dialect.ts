import type { SchoolCall } from '../form-login/school-session.ts'

export type DialectName = 'k1' | 'k2-get' | 'k2-post' | 'k3'

/** What a login is made of. */
export interface LogonInput {
  studentNumber: string
  schoolPassword: string
  /** As read: letters and digits only. */
  captcha: string
  /** The value of `JSESSIONID`, once the school has given one. */
  sessionId: string | undefined
}

/** How a site wants a login to be put. */
export interface Dialect {
  name: DialectName
  /** Prepares one try at `logon.action`. `fetchText` answers a page below the web root, within the same session. */
  logon(input: LogonInput, fetchText: (path: string) => Promise<string>): Promise<SchoolCall>
}

export const LOGON = '/cas/logon.action'
