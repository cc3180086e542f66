import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'
import type { Cursor } from '../shared/page.ts'
import type { LiveStudent } from './live-student.ts'

const keyBytes = 12
const blockBytes = 16

/**
 * Keys and cursors that replace the ids of records in live responses: an id would lead to a student who is not named.
 * Processes with the same `secret` (32 bytes) give the same record the same key.
 */
export function createLiveCode(secret: Buffer) {
  const cipherKey = createHmac('sha256', secret).update('cursor').digest()

  /** The key changes when the student becomes anonymous, or named again. */
  function keyOf({ id, visibility }: LiveStudent): string {
    const digest = createHmac('sha256', secret).update(`${visibility} ${id}`).digest()
    return digest.subarray(0, keyBytes).toString('base64url')
  }

  /** One cipher block: 1 byte for the direction, 3 zero bytes to detect forged cursors, and two numbers of 6 bytes. */
  function encode({ direction, startedAt, id }: Cursor): string {
    const block = Buffer.alloc(blockBytes)
    block[0] = direction === 'after' ? 1 : 2
    block.writeIntBE(startedAt, 4, 6)
    block.writeIntBE(id, 10, 6)
    const cipher = createCipheriv('aes-256-ecb', cipherKey, null).setAutoPadding(false)
    return Buffer.concat([cipher.update(block), cipher.final()]).toString('base64url')
  }

  function decode(text: string): Cursor | undefined {
    const sealed = Buffer.from(text, 'base64url')
    if (sealed.length !== blockBytes || sealed.toString('base64url') !== text) return undefined
    const decipher = createDecipheriv('aes-256-ecb', cipherKey, null).setAutoPadding(false)
    const block = Buffer.concat([decipher.update(sealed), decipher.final()])
    if (block.readUIntBE(1, 3) !== 0 || (block[0] !== 1 && block[0] !== 2)) return undefined
    return {
      direction: block[0] === 1 ? 'after' : 'before',
      startedAt: block.readIntBE(4, 6),
      id: block.readIntBE(10, 6),
    }
  }

  return { keyOf, cursors: { encode, decode } }
}

export type LiveCode = ReturnType<typeof createLiveCode>
