import { openEnvelope } from './encryption/k3-envelope.ts'
import type { Session } from './session.ts'
import { type PasswordTraits, passwordTraitsOf } from './students/password-traits.ts'

export const dialects = ['k1', 'k2-get', 'k2-post', 'k3'] as const
export type Dialect = (typeof dialects)[number]

/** The contents of a login form, not yet verified. */
export interface LogonAttempt {
  studentNumber: string
  /** The double MD5 digest that is sent in place of the password. */
  digest: string
  captcha: string
  /** Describes the password. Only K3 sites get it. */
  traits?: PasswordTraits
}

export interface LogonRequest {
  method: string
  /** The raw query, without the question mark. */
  query: string
  body: string
}

/** Reads a login in the site's dialect. Returns undefined for a login in another dialect. */
export function readLogon(dialect: Dialect, request: LogonRequest, session: Session): LogonAttempt | undefined {
  if (dialect === 'k2-get') return request.method === 'GET' ? readK2(request.query, session) : undefined
  if (request.method !== 'POST') return undefined
  if (dialect === 'k1') return readK1(request.body)
  if (dialect === 'k2-post') return readK2(request.body, session)
  const plain = openEnvelope(new URLSearchParams(request.body), session.key)
  return plain === undefined ? undefined : readK3(plain, session)
}

function readK1(text: string): LogonAttempt | undefined {
  const form = new URLSearchParams(text)
  const [studentNumber, digest, captcha] = ['username', 'password', 'randnumber'].map((name) => form.get(name))
  if (!studentNumber || !digest || !captcha || !form.has('isPasswordPolicy')) return undefined
  return { studentNumber, digest, captcha }
}

/** The names of the fields contain the captcha, and the user name field also contains the session id. */
function readK2(text: string, session: Session): LogonAttempt | undefined {
  const form = new URLSearchParams(text)
  const captcha = form.get('randnumber')
  if (!captcha || !form.has('isPasswordPolicy')) return undefined
  const [user, digest] = [form.get(`_u${captcha}`), form.get(`_p${captcha}`)]
  if (!user || !digest) return undefined
  const [studentNumber, sessionId, ...rest] = Buffer.from(user, 'base64').toString('utf8').split(';;')
  if (!studentNumber || sessionId !== session.id || rest.length > 0) return undefined
  return { studentNumber, digest, captcha }
}

function readK3(plain: string, session: Session): LogonAttempt | undefined {
  const attempt = readK2(plain, session)
  const traits = passwordTraitsOf(new URLSearchParams(plain))
  if (!attempt || traits === 'incomplete') return undefined
  return { ...attempt, traits }
}
