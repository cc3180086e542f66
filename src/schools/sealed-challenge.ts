import { clockSkew } from '../shared/clock.ts'
import { seal, unseal } from './sealed.ts'

/** Seconds for which a captcha may be answered. */
export const CHALLENGE_LIFETIME = 120

const PURPOSE = 'captcha challenge 1'
const TIME_BYTES = 6
/** Many times the length of a real one. */
const LONGEST = 16_384

/** A school session in the hands of whoever reads its captcha: any instance can take it back. `now`: epoch seconds. */
export function sealChallenge(session: string, key: Buffer, now: number): string {
  const time = Buffer.alloc(TIME_BYTES)
  time.writeUIntBE(now + CHALLENGE_LIFETIME, 0, TIME_BYTES)
  return seal(Buffer.concat([time, Buffer.from(session)]), key, PURPOSE)
}

/** The session; undefined for whatever is no challenge of this key that is still alive, and for one from the future. */
export function openChallenge(challenge: string, key: Buffer, now: number): string | undefined {
  const content = challenge.length > LONGEST ? undefined : unseal(challenge, key, PURPOSE)
  if (!content || content.length <= TIME_BYTES) return undefined
  const left = content.readUIntBE(0, TIME_BYTES) - now
  if (left <= 0 || left > CHALLENGE_LIFETIME + clockSkew) return undefined
  return content.subarray(TIME_BYTES).toString()
}
