import { createSigner, createVerifier } from 'fast-jwt'
import type { AccountId } from '../accounts/account.ts'
import { clockSkewSeconds, type EpochSeconds } from '../shared/clock.ts'

export interface TokenClaims {
  accountId: AccountId
  /** The credential version that the token was issued for. */
  version: number
}

export interface ReadToken extends TokenClaims {
  issuedAt: EpochSeconds
  expiresAt: EpochSeconds
}

export type Tokens = ReturnType<typeof createTokens>

/** Signed tokens (JWT, HS256). `lifetime` is in seconds. Tokens signed with `previousKey` are accepted too. */
export function createTokens(key: Buffer, lifetime: number, previousKey?: Buffer) {
  const signer = createSigner({ key, algorithm: 'HS256' })
  // Expiry is checked against the service's clock, so that a token is valid exactly as long as its response said.
  const verifierOf = (key: Buffer) => createVerifier({ key, algorithms: ['HS256'], ignoreExpiration: true })
  const verify = verifierOf(key)
  const verifyPrevious = previousKey && verifierOf(previousKey)

  function verified(token: string): Record<string, unknown> {
    try {
      return verify(token)
    } catch (error) {
      if (verifyPrevious) return verifyPrevious(token)
      throw error
    }
  }

  return {
    lifetime,

    issue({ accountId, version }: TokenClaims, now: EpochSeconds): string {
      return signer({ sub: String(accountId), ver: version, iat: now, exp: now + lifetime })
    },

    /** Undefined if this is not a valid, unexpired token of this service, or if it was issued in the future. */
    read(token: string, now: EpochSeconds): ReadToken | undefined {
      try {
        const { sub, ver, exp, iat } = verified(token)
        if (typeof exp !== 'number' || exp <= now || typeof ver !== 'number') return undefined
        // Tokens of older releases do not contain their issue time.
        const issuedAt = typeof iat === 'number' ? iat : exp - lifetime
        if (issuedAt > now + clockSkewSeconds) return undefined
        return { accountId: Number(sub) as AccountId, version: ver, issuedAt, expiresAt: exp }
      } catch {
        return undefined
      }
    },
  }
}
