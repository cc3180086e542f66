import { randomBytes } from 'node:crypto'
import { clockSkew } from '../../shared/clock.ts'
import { seal, unseal } from '../sealed.ts'

/** Seconds for which a ticket can be used to register. */
export const TICKET_LIFETIME = 600

export interface RegistrationTicket {
  /** Random, 256 bits, base64url. Used to record that the ticket was used. */
  id: string
  studentNumber: string
  /** Epoch seconds. From then on the ticket is invalid. */
  expiresAt: number
}

const PURPOSE = 'registration ticket 1'
const ID_BYTES = 32
const TIME_BYTES = 6
/** Many times the length of a real ticket. */
const LONGEST = 512

/**
 * Seals a ticket by which a person proves that the school has just verified them. The storage must ensure that it is
 * used only once. `key`: 32 bytes; `now`: epoch seconds.
 */
export function sealTicket(studentNumber: string, key: Buffer, now: number): RegistrationTicket & { ticket: string } {
  const id = randomBytes(ID_BYTES)
  const expiresAt = now + TICKET_LIFETIME
  const time = Buffer.alloc(TIME_BYTES)
  time.writeUIntBE(expiresAt, 0, TIME_BYTES)
  const ticket = seal(Buffer.concat([id, time, Buffer.from(studentNumber)]), key, PURPOSE)
  return { ticket, id: id.toString('base64url'), studentNumber, expiresAt }
}

/** Undefined if the ticket was not sealed with this key, has expired, or is from the future. */
export function openTicket(ticket: string, key: Buffer, now: number): RegistrationTicket | undefined {
  const content = ticket.length > LONGEST ? undefined : unseal(ticket, key, PURPOSE)
  if (!content || content.length <= ID_BYTES + TIME_BYTES) return undefined
  const expiresAt = content.readUIntBE(ID_BYTES, TIME_BYTES)
  if (expiresAt <= now || expiresAt > now + TICKET_LIFETIME + clockSkew) return undefined
  const id = content.subarray(0, ID_BYTES).toString('base64url')
  return { id, studentNumber: content.subarray(ID_BYTES + TIME_BYTES).toString(), expiresAt }
}
