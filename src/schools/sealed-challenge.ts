import { clockSkewSeconds } from '../shared/clock.ts'
import { seal, unseal } from './sealed.ts'

/** Seconds for which a captcha may be answered. */
export const challengeLifetimeSeconds = 120

const purpose = 'captcha challenge 1'
const timeBytes = 6
/** Many times the length of a real challenge. */
const maxChallengeChars = 16_384

/**
 * Seals a school session for the client that reads its captcha, so that any instance can continue it. `now`: epoch
 * seconds.
 */
export function sealChallenge(session: string, key: Buffer, now: number): string {
  const time = Buffer.alloc(timeBytes)
  time.writeUIntBE(now + challengeLifetimeSeconds, 0, timeBytes)
  return seal(Buffer.concat([time, Buffer.from(session)]), key, purpose)
}

/** The session. Undefined if the challenge was not sealed with this key, has expired, or is from the future. */
export function openChallenge(challenge: string, key: Buffer, now: number): string | undefined {
  const content = challenge.length > maxChallengeChars ? undefined : unseal(challenge, key, purpose)
  if (!content || content.length <= timeBytes) return undefined
  const left = content.readUIntBE(0, timeBytes) - now
  if (left <= 0 || left > challengeLifetimeSeconds + clockSkewSeconds) return undefined
  return content.subarray(timeBytes).toString()
}
