import { CookieJar } from 'tough-cookie'

/** The state needed to continue in the school session that a challenge's image belongs to. */
export interface ChallengeSession {
  jar: CookieJar
  /** Additional data that the adapter needs for the login. Any JSON value. */
  notes: unknown
}

export function writeChallengeSession({ jar, notes }: ChallengeSession): string {
  return JSON.stringify({ notes, jar: jar.serializeSync() })
}

/** Undefined for any text that `writeChallengeSession` did not write. */
export function readChallengeSession(text: string): ChallengeSession | undefined {
  try {
    const { notes, jar } = JSON.parse(text)
    return { notes, jar: CookieJar.deserializeSync(jar) }
  } catch {
    return undefined
  }
}
