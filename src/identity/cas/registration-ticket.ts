import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** Seconds for which a ticket may be taken to the registration. */
export const TICKET_LIFETIME = 600

export interface RegistrationTicket {
  /** Random, 256 bits, base64url: for booking that the ticket was used. */
  id: string
  studentNumber: string
  /** Epoch seconds. From then on it is no ticket. */
  expiresAt: number
}

const ALGORITHM = 'aes-256-gcm'
const PURPOSE = Buffer.from('registration ticket 1')
const IV_BYTES = 12
const TAG_BYTES = 16
const ID_BYTES = 32
const TIME_BYTES = 6
/** Many times the length of a real one. */
const LONGEST = 512

/** Proof, in the hands of a person, that the school has known them a moment ago. Single use is for the storage to see to. `key`: 32 bytes; `now`: epoch seconds. */
export function sealTicket(studentNumber: string, key: Buffer, now: number): RegistrationTicket & { ticket: string } {
  const id = randomBytes(ID_BYTES)
  const expiresAt = now + TICKET_LIFETIME
  const time = Buffer.alloc(TIME_BYTES)
  time.writeUIntBE(expiresAt, 0, TIME_BYTES)
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES }).setAAD(PURPOSE)
  const sealed = [cipher.update(Buffer.concat([id, time, Buffer.from(studentNumber)])), cipher.final()]
  const ticket = Buffer.concat([iv, ...sealed, cipher.getAuthTag()]).toString('base64url')
  return { ticket, id: id.toString('base64url'), studentNumber, expiresAt }
}

/** Undefined for whatever is no ticket of this key that is still alive. */
export function openTicket(ticket: string, key: Buffer, now: number): RegistrationTicket | undefined {
  if (ticket.length > LONGEST || !/^[\w-]+$/.test(ticket)) return undefined
  const content = unseal(Buffer.from(ticket, 'base64url'), key)
  if (!content || content.length <= ID_BYTES + TIME_BYTES) return undefined
  const expiresAt = content.readUIntBE(ID_BYTES, TIME_BYTES)
  if (expiresAt <= now) return undefined
  const id = content.subarray(0, ID_BYTES).toString('base64url')
  return { id, studentNumber: content.subarray(ID_BYTES + TIME_BYTES).toString(), expiresAt }
}

function unseal(sealed: Buffer, key: Buffer): Buffer | undefined {
  if (sealed.length < IV_BYTES + TAG_BYTES) return undefined
  const iv = sealed.subarray(0, IV_BYTES)
  const decipher = createDecipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES }).setAAD(PURPOSE)
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()])
  } catch {
    return undefined
  }
}
