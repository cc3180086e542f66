import { Agent, request } from 'undici'
import type { Proof } from '../../src/schools/verifier.ts'

export interface CasBrowser {
  /** Types the password on the login page. Returns where the browser was redirected, or undefined if the page was shown again. */
  logIn(loginUrl: string, proof: Proof): Promise<URL | undefined>
  /** Opens the login page with its current session. */
  open(loginUrl: string): Promise<URL | undefined>
  close(): Promise<void>
}

/** A person's browser at the school's login page, with the session cookie that it got. */
export function openCasBrowser(ca?: string): CasBrowser {
  const dispatcher = new Agent(ca === undefined ? {} : { connect: { ca } })
  let cookie = ''

  async function go(url: string, form?: URLSearchParams): Promise<URL | undefined> {
    const headers = { cookie, ...(form && { 'content-type': 'application/x-www-form-urlencoded' }) }
    const sent = form ? ({ method: 'POST', body: form.toString() } as const) : ({ method: 'GET' } as const)
    const answer = await request(url, { dispatcher, headers, ...sent })
    await answer.body.dump()
    cookie = [answer.headers['set-cookie']].flat()[0]?.split(';')[0] ?? cookie
    const { location } = answer.headers
    return answer.statusCode === 302 && typeof location === 'string' ? new URL(location) : undefined
  }

  return {
    logIn: (url, { studentNumber: username, schoolPassword: password }) =>
      go(url, new URLSearchParams({ username, password })),
    open: (url) => go(url),
    close: () => dispatcher.destroy(),
  }
}
