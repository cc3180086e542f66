import { type Random, textOf } from './random.ts'
import type { SimulatedStudent } from './students/student.ts'

/** The key page's last response. It is valid for one attempt. */
export interface LoginKey {
  deskey: string
  nowtime: string
}

export interface Session {
  /** The cookie's value, including the load balancer's route. */
  readonly id: string
  captcha?: string
  key?: LoginKey
  student?: SimulatedStudent
}

export interface SessionOptions {
  random: Random
  webRoot: string
  /** Appended to each id after a dot, as on load-balanced sites (`kingo`). Empty for none. */
  route: string
  /** Whether to set a load balancer's cookie in addition to the session cookie. */
  balancerCookie: boolean
}

const maxSessions = 10_000

export class SessionStore {
  private readonly sessions = new Map<string, Session>()
  private readonly options: SessionOptions

  constructor(options: SessionOptions) {
    this.options = options
  }

  /** The session of a `Cookie` header, or a new session with its `Set-Cookie` headers. */
  of(cookieHeader: string | undefined): { session: Session; setCookies: string[] } {
    const known = this.sessions.get(cookieOf(cookieHeader, 'JSESSIONID') ?? '')
    return known ? { session: known, setCookies: [] } : this.open()
  }

  private open(): { session: Session; setCookies: string[] } {
    const { random, route, webRoot, balancerCookie } = this.options
    const id = textOf(random, '0123456789ABCDEF', 32) + (route ? `.${route}` : '')
    const session: Session = { id }
    this.sessions.set(id, session)
    const oldest = this.sessions.keys().next()
    if (this.sessions.size > maxSessions && !oldest.done) this.sessions.delete(oldest.value)
    const setCookies = [`JSESSIONID=${id}; Path=${webRoot || '/'}; HttpOnly`]
    if (balancerCookie) setCookies.push(`SERVERID=${textOf(random, '0123456789abcdef', 32)}; Path=/`)
    return { session, setCookies }
  }
}

function cookieOf(header: string | undefined, name: string): string | undefined {
  const pair = header
    ?.split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${name}=`))
  return pair?.slice(name.length + 1)
}
