import { SchoolError } from '../school-call/school-error.ts'
import { notUnderstood, readHeader } from './ber.ts'

const MESSAGE = 0x30
const SHORTEST_HEADER = 2

export interface MessageCutter {
  add(chunk: Buffer): void
  /** The next message that is whole. @throws SchoolError when it is no LDAP, or a message is announced that is too large. */
  next(): Buffer | undefined
  /** Nothing is held back. */
  readonly empty: boolean
}

/** Cuts what arrives into messages. Joins its pieces only when enough are there, so that drops of a byte cost no more than floods. */
export function createMessageCutter(mostBytes: number): MessageCutter {
  let pieces: Buffer[] = []
  let held = 0
  let wanted = SHORTEST_HEADER

  function next(): Buffer | undefined {
    if (held < wanted) return undefined
    const bytes = pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces)
    pieces = [bytes]
    if (bytes[0] !== MESSAGE) throw notUnderstood()
    const header = readHeader(bytes)
    if (header && header.size > mostBytes)
      throw new SchoolError('too-large', `the directory announced a message of more than ${mostBytes} bytes`)
    wanted = header?.size ?? held + 1
    if (!header || held < wanted) return undefined
    pieces = [bytes.subarray(header.size)]
    held -= header.size
    wanted = SHORTEST_HEADER
    return bytes.subarray(0, header.size)
  }

  return {
    add(chunk) {
      pieces.push(chunk)
      held += chunk.length
    },
    next,
    get empty() {
      return held === 0
    },
  }
}
