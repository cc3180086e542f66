import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Visitor } from '../../schools/gate.ts'
import type { Who } from './waiting-room.repository.ts'

/** The stored form of a visitor. Without the key, neither the number nor the address can be recovered. */
export function whoIs({ studentNumber, address }: Visitor, key: Buffer): Who {
  return { student: mac(`student\n${studentNumber}`, key), address: mac(`address\n${address}`, key) }
}

/** A place's number, signed for its owner. */
export function placeToken(id: number, student: string, key: Buffer): string {
  return `${id}.${mac(`place\n${id}\n${student}`, key)}`
}

/** The number of the place, or undefined if the token was not issued to this student. */
export function placeIn(token: string | undefined, student: string, key: Buffer): number | undefined {
  const [, digits] = /^([1-9][0-9]{0,15})\.[\w-]{43}$/.exec(token ?? '') ?? []
  const id = Number(digits)
  if (token === undefined || !Number.isSafeInteger(id)) return undefined
  return timingSafeEqual(Buffer.from(token), Buffer.from(placeToken(id, student, key))) ? id : undefined
}

function mac(text: string, key: Buffer): string {
  return createHmac('sha256', key).update(text).digest('base64url')
}
