import { SchoolError } from '../school-call/school-error.ts'

/** One element of the Basic Encoding Rules, as restricted by LDAP (RFC 4511, 5.1). */
export interface Element {
  tag: number
  content: Buffer
}

export interface Header {
  tag: number
  /** Bytes before the content. */
  start: number
  /** Bytes of header and content. */
  size: number
}

const maxLengthBytes = 4
/** Many times the elements in any part of a response to this service. Limited because each element costs an object. */
const maxElements = 4096

/** The header at this offset, or undefined while it is incomplete. @throws SchoolError for what LDAP does not allow */
export function readHeader(bytes: Buffer, at = 0): Header | undefined {
  const [tag, first] = [bytes[at], bytes[at + 1]]
  if (tag === undefined || first === undefined) return undefined
  if ((tag & 0x1f) === 0x1f) throw notUnderstood()
  if (first < 0x80) return { tag, start: 2, size: 2 + first }
  const digits = first & 0x7f
  if (digits === 0 || digits > maxLengthBytes) throw notUnderstood()
  const start = 2 + digits
  if (bytes.length < at + start) return undefined
  return { tag, start, size: start + bytes.readUIntBE(at + 2, digits) }
}

/**
 * Consecutive elements that fill these bytes exactly. Not ldapts's own reader, because it hangs on a length that
 * points beyond its end.
 */
export function readElements(bytes: Buffer): Element[] {
  const elements: Element[] = []
  for (let rest = bytes; rest.length > 0; ) {
    const header = readHeader(rest)
    if (!header || header.size > rest.length || elements.length >= maxElements) throw notUnderstood()
    elements.push({ tag: header.tag, content: rest.subarray(header.start, header.size) })
    rest = rest.subarray(header.size)
  }
  return elements
}

/** The content of a required element with this tag. */
export function contentOf(element: Element | undefined, tag: number): Buffer {
  if (element?.tag !== tag) throw notUnderstood()
  return element.content
}

/** An INTEGER or ENUMERATED that is not negative. */
export function numberOf(element: Element | undefined, tag: number): number {
  const content = contentOf(element, tag)
  if (content.length < 1 || content.length > 4) throw notUnderstood()
  const value = content.readIntBE(0, content.length)
  if (value < 0) throw notUnderstood()
  return value
}

export function notUnderstood(): SchoolError {
  return new SchoolError('not-understood', 'the response of the directory is not LDAP')
}
