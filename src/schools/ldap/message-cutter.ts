import { SchoolError } from '../school-call/school-error.ts'
import { notUnderstood, readHeader } from './ber.ts'

const messageTag = 0x30
const minHeaderBytes = 2

export interface MessageCutter {
  add(chunk: Buffer): void
  /** The next complete message. @throws SchoolError if it is not LDAP, or if the announced length is too large */
  next(): Buffer | undefined
  /** True if no received bytes are buffered. */
  readonly empty: boolean
}

/**
 * Splits the received bytes into messages. Joins the chunks only when there are enough for a message, so that input
 * that arrives byte by byte costs no more than input in large chunks.
 */
export function createMessageCutter(mostBytes: number): MessageCutter {
  /** Joined bytes. Those from `at` on are not yet split. */
  let bytes: Buffer = Buffer.alloc(0)
  let at = 0
  let pieces: Buffer[] = []
  let held = 0
  let wanted = minHeaderBytes

  function join(): void {
    if (pieces.length === 0) return
    bytes = Buffer.concat([bytes.subarray(at), ...pieces])
    at = 0
    pieces = []
  }

  function next(): Buffer | undefined {
    if (held < wanted) return undefined
    join()
    if (bytes[at] !== messageTag) throw notUnderstood()
    const header = readHeader(bytes, at)
    if (header && header.size > mostBytes)
      throw new SchoolError('too-large', `the directory announced a message of more than ${mostBytes} bytes`)
    wanted = header?.size ?? held + 1
    if (!header || held < wanted) return undefined
    const message = bytes.subarray(at, at + header.size)
    at += header.size
    held -= header.size
    wanted = minHeaderBytes
    return message
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
