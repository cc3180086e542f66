import { CookieJar } from 'tough-cookie'

/** The cookie jar of one login. Campus hosts have unusual names, so the list of public suffixes is not checked. */
export function emptyJar(): CookieJar {
  return new CookieJar(undefined, { rejectPublicSuffixes: false, looseMode: true })
}

export function keepCookies(jar: CookieJar, url: string, setCookie: string | string[] | undefined): void {
  for (const cookie of [setCookie ?? []].flat()) jar.setCookieSync(cookie, url, { ignoreError: true })
}

/**
 * The value of `JSESSIONID` that would be sent to this address, including a route that a load balancer may have
 * appended.
 */
export function sessionIdFor(jar: CookieJar, url: string): string | undefined {
  return jar.getCookiesSync(url).find((cookie) => cookie.key.toUpperCase() === 'JSESSIONID')?.value
}
