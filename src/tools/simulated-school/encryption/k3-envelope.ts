import { between, type Random, textOf } from '../random.ts'
import type { LoginKey } from '../session.ts'
import { md5 } from './digest.ts'
import { strDec, strEnc } from './str-enc.ts'

const chinaOffsetMs = 8 * 60 * 60 * 1000

/** A key for one attempt, as the key page returns it: 19 to 23 digits, and the school's local time. */
export function freshKey(random: Random, now: number): LoginKey {
  const nowtime = new Date(now + chinaOffsetMs).toISOString().slice(0, 19).replace('T', ' ')
  return { deskey: textOf(random, '0123456789', between(random, 19, 23)), nowtime }
}

/** The text inside a K3 login, or undefined if any part of the envelope does not match this key exactly. */
export function openEnvelope(form: URLSearchParams, key: LoginKey | undefined): string | undefined {
  const [params, token, timestamp] = ['params', 'token', 'timestamp'].map((name) => form.get(name))
  if (!key || !params || !token || timestamp !== key.nowtime) return undefined
  const cipherText = Buffer.from(params, 'base64').toString('latin1')
  const plain = strDec(cipherText, key.deskey)
  if (plain === undefined || strEnc(plain, key.deskey) !== cipherText) return undefined
  return md5(md5(plain) + md5(key.nowtime)) === token ? plain : undefined
}
