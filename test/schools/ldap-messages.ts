import {
  BerReader,
  BerWriter,
  BindRequest,
  ExtendedRequest,
  PresenceFilter,
  ProtocolOperation,
  SearchRequest,
} from 'ldapts'

export interface DirectoryRequest {
  operation: 'bind' | 'search' | 'extended' | 'unbind'
  messageId: number
  /** The name that binds, or the base of a search. */
  dn: string
  secure: boolean
  request: BindRequest | SearchRequest | ExtendedRequest | undefined
}

const ends = {
  bind: ProtocolOperation.LDAP_RES_BIND,
  search: ProtocolOperation.LDAP_RES_SEARCH,
  extended: ProtocolOperation.LDAP_RES_EXTENSION,
}

/** How an operation ends; `policyError` is that of the password policy control. */
export function result(
  operation: keyof typeof ends,
  messageId: number,
  code: number,
  diagnostic = '',
  policyError?: number,
): Buffer {
  const writer = new BerWriter()
  writer.startSequence()
  writer.writeInt(messageId)
  writer.startSequence(ends[operation])
  writer.writeEnumeration(code)
  writer.writeString('')
  writer.writeString(diagnostic)
  writer.endSequence()
  if (policyError !== undefined) {
    const value = Buffer.from([0x30, 0x03, 0x81, 0x01, policyError])
    writer.startSequence(ProtocolOperation.LDAP_CONTROLS)
    writer.startSequence()
    writer.writeString('1.3.6.1.4.1.42.2.27.8.5.1')
    writer.writeBuffer(value, 0x04)
    writer.endSequence()
    writer.endSequence()
  }
  writer.endSequence()
  return writer.buffer
}

export function entry(messageId: number, dn: string): Buffer {
  const writer = new BerWriter()
  writer.startSequence()
  writer.writeInt(messageId)
  writer.startSequence(ProtocolOperation.LDAP_RES_SEARCH_ENTRY)
  writer.writeString(dn)
  writer.startSequence()
  writer.endSequence()
  writer.endSequence()
  writer.endSequence()
  return writer.buffer
}

/** A part of the tree that another directory holds. */
export function reference(messageId: number, url: string): Buffer {
  const writer = new BerWriter()
  writer.startSequence()
  writer.writeInt(messageId)
  writer.startSequence(ProtocolOperation.LDAP_RES_SEARCH_REF)
  writer.writeString(url)
  writer.endSequence()
  writer.endSequence()
  return writer.buffer
}

export function startTlsAnswer(messageId: number): Buffer {
  return result('extended', messageId, 0)
}

export function sizeOf(bytes: Buffer): number | undefined {
  const reader = new BerReader(bytes)
  return reader.readSequence() === null ? undefined : reader.offset + reader.length
}

export function readRequest(bytes: Buffer, secure: boolean): DirectoryRequest {
  const reader = new BerReader(bytes)
  reader.readSequence()
  const messageId = reader.readInt() ?? 0
  const tag = reader.readSequence()
  const read = <T extends BindRequest | SearchRequest | ExtendedRequest>(request: T): T => {
    request.parse(reader, [])
    return request
  }
  if (tag === ProtocolOperation.LDAP_REQ_BIND) {
    const request = read(new BindRequest({ messageId }))
    return { operation: 'bind', messageId, dn: request.dn, secure, request }
  }
  if (tag === ProtocolOperation.LDAP_REQ_SEARCH) {
    const request = read(new SearchRequest({ messageId, filter: new PresenceFilter() }))
    return { operation: 'search', messageId, dn: request.baseDN, secure, request }
  }
  if (tag === ProtocolOperation.LDAP_REQ_EXTENSION) {
    return { operation: 'extended', messageId, dn: '', secure, request: read(new ExtendedRequest({ messageId })) }
  }
  return { operation: 'unbind', messageId, dn: '', secure, request: undefined }
}
