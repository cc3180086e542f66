import type { EpochSeconds } from '../shared/clock.ts'
import { DomainError } from '../shared/errors.ts'
import type { JsonSchema } from './document/json-schema.ts'

const pattern = '^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$'

export const WireTime = {
  type: 'string',
  pattern,
  description: 'UTC，`YYYY-MM-DD HH:mm:ss`',
  examples: ['2017-03-25 11:55:47'],
} as const satisfies JsonSchema

export const NullableWireTime = { ...WireTime, type: ['string', 'null'] } as const satisfies JsonSchema

/** A parameter in a body: `null` and the empty string count as absent. */
export const OptionalWireTime = {
  type: ['string', 'null'],
  pattern: `^$|${pattern}`,
  description: 'UTC，`YYYY-MM-DD HH:mm:ss`；`null` 或空文本等于不填 · UTC; `null` and the empty text count as absent',
  // Sent unchanged, the example has no effect.
  examples: [null],
} as const satisfies JsonSchema

/** `2017-03-25 11:55:47`, always UTC. */
export function toWireTime(at: EpochSeconds): string {
  const day = Math.floor(at / secondsOfDay)
  const second = at - day * secondsOfDay
  return `${textOfDay(day)}${minutes[Math.floor(second / 60)]}${seconds[second % 60]}`
}

function textOfDay(day: number): string {
  const index = ((day % cachedDays) + cachedDays) % cachedDays
  const cached = days[index]
  if (cached?.day === day) return cached.text
  const text = new Date(day * secondsOfDay * 1000).toISOString().slice(0, 10)
  days[index] = { day, text }
  return text
}

const secondsOfDay = 86_400
/** The texts of all minutes of a day and all seconds of a minute, created in advance: one page contains forty times. */
const minutes = Array.from(
  { length: 1440 },
  (_, minute) => ` ${digits(Math.floor(minute / 60))}:${digits(minute % 60)}`,
)
const seconds = Array.from({ length: 60 }, (_, second) => `:${digits(second)}`)
const cachedDays = 2048
const days: { day: number; text: string }[] = []

function digits(value: number): string {
  return String(value).padStart(2, '0')
}

/** Returns undefined for an absent parameter. @throws DomainError `bad-time` */
export function fromOptionalWireTime(text: string | null | undefined, parameter: string): EpochSeconds | undefined {
  return text === undefined || text === null || text === '' ? undefined : fromWireTime(text, parameter)
}

/** @throws DomainError `bad-time` unless the text is an existing moment in exactly this form. `parameter` is the name for the message. */
export function fromWireTime(text: string, parameter: string): EpochSeconds {
  const milliseconds = Date.parse(`${text.replace(' ', 'T')}Z`)
  if (Number.isNaN(milliseconds)) throw new DomainError('bad-time', { parameter })
  const at = milliseconds / 1000
  if (toWireTime(at) !== text) throw new DomainError('bad-time', { parameter })
  return at
}
