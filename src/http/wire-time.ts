import { Type } from 'typebox'
import type { EpochSeconds } from '../shared/clock.ts'
import { DomainError } from '../shared/errors.ts'

const pattern = '^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$'

export const WireTime = Type.String({
  pattern,
  description: 'UTC, `YYYY-MM-DD HH:mm:ss`',
  examples: ['2017-03-25 11:55:47'],
})

/** `2017-03-25 11:55:47`, always UTC. */
export function toWireTime(at: EpochSeconds): string {
  const iso = new Date(at * 1000).toISOString()
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}`
}

/** @throws DomainError `bad-time` for anything but a moment that exists, in the one form. */
export function fromWireTime(text: string): EpochSeconds {
  const milliseconds = Date.parse(`${text.replace(' ', 'T')}Z`)
  if (Number.isNaN(milliseconds)) throw new DomainError('bad-time')
  const at = milliseconds / 1000
  if (toWireTime(at) !== text) throw new DomainError('bad-time')
  return at
}
