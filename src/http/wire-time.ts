import type { EpochSeconds } from '../shared/clock.ts'
import { DomainError } from '../shared/errors.ts'
import type { JsonSchema } from './json-schema.ts'

const pattern = '^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$'

export const WireTime = {
  type: 'string',
  pattern,
  description: 'UTC, `YYYY-MM-DD HH:mm:ss`',
  examples: ['2017-03-25 11:55:47'],
} as const satisfies JsonSchema

/** `2017-03-25 11:55:47`, always UTC. */
export function toWireTime(at: EpochSeconds): string {
  const day = Math.floor(at / secondsOfDay)
  const second = at - day * secondsOfDay
  if (day !== lastDay.number)
    lastDay = { number: day, text: new Date(day * secondsOfDay * 1000).toISOString().slice(0, 10) }
  return `${lastDay.text} ${twoDigits[Math.floor(second / 3600)]}:${twoDigits[Math.floor(second / 60) % 60]}:${twoDigits[second % 60]}`
}

const secondsOfDay = 86_400
const twoDigits = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'))
/** Times come in runs of the same day. */
let lastDay = { number: 0, text: '1970-01-01' }

/** @throws DomainError `bad-time` for anything but a moment that exists, in the one form. */
export function fromWireTime(text: string): EpochSeconds {
  const milliseconds = Date.parse(`${text.replace(' ', 'T')}Z`)
  if (Number.isNaN(milliseconds)) throw new DomainError('bad-time')
  const at = milliseconds / 1000
  if (toWireTime(at) !== text) throw new DomainError('bad-time')
  return at
}
