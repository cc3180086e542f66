import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const algorithm = 'aes-256-gcm'
const ivBytes = 12
const tagBytes = 16

/**
 * Encrypts and authenticates data that a client keeps for this service. `key`: 32 bytes; what is sealed for one
 * `purpose` cannot be opened for another.
 */
export function seal(content: Buffer, key: Buffer, purpose: string): string {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv(algorithm, key, iv, { authTagLength: tagBytes }).setAAD(Buffer.from(purpose))
  return Buffer.concat([iv, cipher.update(content), cipher.final(), cipher.getAuthTag()]).toString('base64url')
}

/** Undefined for anything that `seal` has not produced with this key and purpose. */
export function unseal(text: string, key: Buffer, purpose: string): Buffer | undefined {
  const sealed = Buffer.from(text, 'base64url')
  // The decoder ignores characters outside base64url. Comparing the re-encoded text accepts only the exact text that
  // was issued.
  if (sealed.length < ivBytes + tagBytes || sealed.toString('base64url') !== text) return undefined
  const iv = sealed.subarray(0, ivBytes)
  const decipher = createDecipheriv(algorithm, key, iv, { authTagLength: tagBytes }).setAAD(Buffer.from(purpose))
  decipher.setAuthTag(sealed.subarray(-tagBytes))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(ivBytes, -tagBytes)), decipher.final()])
  } catch {
    return undefined
  }
}
