import { CookieJar } from 'tough-cookie'

/** The jar of one login. Campus hosts have odd names, so no list of public suffixes is asked. */
export function emptyJar(): CookieJar {
  return new CookieJar(undefined, { rejectPublicSuffixes: false, looseMode: true })
}

export function keepCookies(jar: CookieJar, url: string, setCookie: string | string[] | undefined): void {
  for (const cookie of [setCookie ?? []].flat()) jar.setCookieSync(cookie, url, { ignoreError: true })
}

/** The value of `JSESSIONID` that would be sent to this address, with the route that a balancer may have added. */
export function sessionIdFor(jar: CookieJar, url: string): string | undefined {
  return jar.getCookiesSync(url).find((cookie) => cookie.key.toUpperCase() === 'JSESSIONID')?.value
}
