import { clockSkew } from '../shared/clock.ts'
import { seal, unseal } from './sealed.ts'

/** Seconds for which a captcha may be answered. */
export const CHALLENGE_LIFETIME = 120

const PURPOSE = 'captcha challenge 1'
const TIME_BYTES = 6
/** Many times the length of a real challenge. */
const LONGEST = 16_384

/**
 * Seals a school session for the client that reads its captcha, so that any instance can continue it. `now`: epoch
 * seconds.
 */
export function sealChallenge(session: string, key: Buffer, now: number): string {
  const time = Buffer.alloc(TIME_BYTES)
  time.writeUIntBE(now + CHALLENGE_LIFETIME, 0, TIME_BYTES)
  return seal(Buffer.concat([time, Buffer.from(session)]), key, PURPOSE)
}

/** The session. Undefined if the challenge was not sealed with this key, has expired, or is from the future. */
export function openChallenge(challenge: string, key: Buffer, now: number): string | undefined {
  const content = challenge.length > LONGEST ? undefined : unseal(challenge, key, PURPOSE)
  if (!content || content.length <= TIME_BYTES) return undefined
  const left = content.readUIntBE(0, TIME_BYTES) - now
  if (left <= 0 || left > CHALLENGE_LIFETIME + clockSkew) return undefined
  return content.subarray(TIME_BYTES).toString()
}
