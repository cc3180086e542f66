import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Visitor } from '../../schools/gate.ts'
import type { Who } from './waiting-room.repository.ts'

/** The form in which a visitor is at rest: without the key, neither number nor address can be told. */
export function whoIs({ studentNumber, address }: Visitor, key: Buffer): Who {
  return { student: mac(`student\n${studentNumber}`, key), address: mac(`address\n${address}`, key) }
}

/** A place's number, signed for its owner. */
export function placeToken(id: number, student: string, key: Buffer): string {
  return `${id}.${mac(`place\n${id}\n${student}`, key)}`
}

/** The number of the place; undefined for whatever was not given to this student. */
export function placeIn(token: string | undefined, student: string, key: Buffer): number | undefined {
  const [, digits] = /^([1-9][0-9]{0,15})\.[\w-]{43}$/.exec(token ?? '') ?? []
  const id = Number(digits)
  if (token === undefined || !Number.isSafeInteger(id)) return undefined
  return timingSafeEqual(Buffer.from(token), Buffer.from(placeToken(id, student, key))) ? id : undefined
}

function mac(text: string, key: Buffer): string {
  return createHmac('sha256', key).update(text).digest('base64url')
}
