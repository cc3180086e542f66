import { SchoolError } from '../school-call/school-error.ts'
import type { CaptchaFate } from './captcha-reader.ts'
import type { CaptchaSource } from './captcha-source.ts'
import type { Limits } from './limits.ts'

export interface CaptchaLogin<T extends string> {
  limits: Pick<Limits, 'refusedCaptchas'>
  /** Called before each try. Returns whether the school requires a captcha for it. Absent if the school always does. */
  wanted?: () => Promise<boolean>
  /** Called if a captcha is required. @throws SchoolError `captcha-wanted` if the person has to read it */
  nextCaptcha: CaptchaSource
  /** Sends the password once, without a captcha if none is required. */
  tryOnce: (captcha: string | undefined) => Promise<T | 'captcha-wrong'>
  onCaptcha: (fate: CaptchaFate) => void
}

/**
 * Tries until the school accepts a captcha. While the school refuses the captcha, it does not check the password. A
 * school that required no captcha may still refuse a try because it had none.
 * @throws SchoolError `captcha-refused`
 */
export async function loginByReading<T extends string>(login: CaptchaLogin<T>): Promise<Exclude<T, 'captcha-wrong'>> {
  const { limits, wanted = async () => true, nextCaptcha, tryOnce, onCaptcha } = login
  for (let refused = 0; refused < limits.refusedCaptchas; refused++) {
    const captcha = (await wanted()) ? await nextCaptcha() : undefined
    const meaning = await tryOnce(captcha)
    if (captcha !== undefined) onCaptcha(meaning === 'captcha-wrong' ? 'refused' : 'accepted')
    if (meaning !== 'captcha-wrong') return meaning as Exclude<T, 'captcha-wrong'>
  }
  throw new SchoolError('captcha-refused', `the school refused ${limits.refusedCaptchas} captchas in a row`)
}
