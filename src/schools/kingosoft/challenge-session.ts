import { CookieJar } from 'tough-cookie'
import type { Dialect } from './dialect.ts'
import { dialects, isDialectName } from './dialects.ts'

/** What goes on in the very school session that a challenge's image belongs to. */
export interface ChallengeSession {
  jar: CookieJar
  dialect: Dialect
}

export function writeChallengeSession({ jar, dialect }: ChallengeSession): string {
  return JSON.stringify({ dialect: dialect.name, jar: jar.serializeSync() })
}

/** Undefined for any text that `writeChallengeSession` did not write. */
export function readChallengeSession(text: string): ChallengeSession | undefined {
  try {
    const { dialect, jar } = JSON.parse(text)
    return isDialectName(dialect) ? { dialect: dialects[dialect], jar: CookieJar.deserializeSync(jar) } : undefined
  } catch {
    return undefined
  }
}
