import { randomBytes } from 'node:crypto'
import { clockSkewSeconds } from '../../shared/clock.ts'
import { seal, unseal } from '../sealed.ts'

/** Seconds for which a ticket can be used to register. */
export const ticketLifetimeSeconds = 600

export interface RegistrationTicket {
  /** Random, 256 bits, base64url. Used to record that the ticket was used. */
  id: string
  studentNumber: string
  /** Epoch seconds. From then on the ticket is invalid. */
  expiresAt: number
}

const purpose = 'registration ticket 1'
const idBytes = 32
const timeBytes = 6
/** Many times the length of a real ticket. */
const maxTicketChars = 512

/**
 * Seals a ticket by which a person proves that the school has just verified them. The storage must ensure that it is
 * used only once. `key`: 32 bytes; `now`: epoch seconds.
 */
export function sealTicket(studentNumber: string, key: Buffer, now: number): RegistrationTicket & { ticket: string } {
  const id = randomBytes(idBytes)
  const expiresAt = now + ticketLifetimeSeconds
  const time = Buffer.alloc(timeBytes)
  time.writeUIntBE(expiresAt, 0, timeBytes)
  const ticket = seal(Buffer.concat([id, time, Buffer.from(studentNumber)]), key, purpose)
  return { ticket, id: id.toString('base64url'), studentNumber, expiresAt }
}

/** Undefined if the ticket was not sealed with this key, has expired, or is from the future. */
export function openTicket(ticket: string, key: Buffer, now: number): RegistrationTicket | undefined {
  const content = ticket.length > maxTicketChars ? undefined : unseal(ticket, key, purpose)
  if (!content || content.length <= idBytes + timeBytes) return undefined
  const expiresAt = content.readUIntBE(idBytes, timeBytes)
  if (expiresAt <= now || expiresAt > now + ticketLifetimeSeconds + clockSkewSeconds) return undefined
  const id = content.subarray(0, idBytes).toString('base64url')
  return { id, studentNumber: content.subarray(idBytes + timeBytes).toString(), expiresAt }
}
