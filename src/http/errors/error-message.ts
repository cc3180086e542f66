import type { ErrorCode, ErrorDetails } from '../../shared/errors.ts'
import { errorCatalogue } from './error-catalogue.ts'
import type { Language } from './language.ts'

const defaultWaitSeconds = 2

/** The value of `Retry-After`, which the message contains as well. */
export function waitSeconds({ retryAfterSeconds = defaultWaitSeconds }: ErrorDetails): number {
  return retryAfterSeconds
}

/** The message of the catalogue, with the details inserted. */
export function errorMessage(code: ErrorCode, language: Language, details: ErrorDetails = {}): string {
  return errorCatalogue[code][language]
    .replace('{parameter}', details.parameter ?? '')
    .replace('{form}', () => details.form ?? '')
    .replace('{ahead}', String(details.ahead ?? 0))
    .replace('{wait}', () => inWords(waitSeconds(details), language))
}

const units = [
  { seconds: 3600, zh: '小时', en: 'hour' },
  { seconds: 60, zh: '分钟', en: 'minute' },
  { seconds: 1, zh: '秒钟', en: 'second' },
] as const

/** Uses the largest unit with a count of at least two, rounded up: a client that waits that long is not refused again. */
function inWords(seconds: number, language: Language): string {
  const unit = units.find((each) => seconds >= 2 * each.seconds) ?? units[2]
  const count = Math.ceil(seconds / unit.seconds)
  return language === 'en' ? `${count} ${unit.en}${count === 1 ? '' : 's'}` : `${count}${unit[language]}`
}
