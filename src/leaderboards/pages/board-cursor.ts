import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { AccountId } from '../../accounts/account.ts'
import { DomainError } from '../../shared/errors.ts'
import type { BoardId } from '../board-period.ts'

/** A page begins after, or ends before, this student, who may be anonymous. */
export interface BoardCursor {
  direction: 'after' | 'before'
  seconds: number
  accountId: AccountId
}

const cipher = 'aes-256-ecb'
const blockBytes = 16

/**
 * Encrypts cursors, because an account id would identify an anonymous row. A cursor is one AES block, so it needs no mode
 * of operation. The last bytes of the block detect cursors of other boards and forged ones.
 */
export function createBoardCursors(key: Buffer) {
  function encode(period: BoardId, { direction, seconds, accountId }: BoardCursor): string {
    const block = Buffer.alloc(blockBytes)
    block.writeUInt8(direction === 'after' ? 1 : 2, 0)
    block.writeUIntBE(seconds, 1, 6)
    block.writeUIntBE(accountId, 7, 6)
    block.writeUIntBE(checkOf(period), 13, 3)
    return createCipheriv(cipher, key, null).setAutoPadding(false).update(block).toString('base64url')
  }

  /** @throws DomainError `bad-cursor` */
  function decode(period: BoardId, text: string): BoardCursor {
    const sealed = Buffer.from(text, 'base64url')
    if (sealed.length !== blockBytes) throw new DomainError('bad-cursor')
    const block = createDecipheriv(cipher, key, null).setAutoPadding(false).update(sealed)
    const direction = ([undefined, 'after', 'before'] as const)[block.readUInt8(0)]
    if (direction === undefined || block.readUIntBE(13, 3) !== checkOf(period)) throw new DomainError('bad-cursor')
    return { direction, seconds: block.readUIntBE(1, 6), accountId: block.readUIntBE(7, 6) as AccountId }
  }

  return { encode, decode }
}

function checkOf(period: BoardId): number {
  return period % 2 ** 24
}
