import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const ALGORITHM = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16

/**
 * Encrypts and authenticates data that a client keeps for this service. `key`: 32 bytes; what is sealed for one
 * `purpose` cannot be opened for another.
 */
export function seal(content: Buffer, key: Buffer, purpose: string): string {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(purpose))
  return Buffer.concat([iv, cipher.update(content), cipher.final(), cipher.getAuthTag()]).toString('base64url')
}

/** Undefined for anything that `seal` has not produced with this key and purpose. */
export function unseal(text: string, key: Buffer, purpose: string): Buffer | undefined {
  const sealed = Buffer.from(text, 'base64url')
  // The decoder ignores characters outside base64url. Comparing the re-encoded text accepts only the exact text that
  // was issued.
  if (sealed.length < IV_BYTES + TAG_BYTES || sealed.toString('base64url') !== text) return undefined
  const iv = sealed.subarray(0, IV_BYTES)
  const decipher = createDecipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(purpose))
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()])
  } catch {
    return undefined
  }
}
