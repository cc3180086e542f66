import { PasswordPolicyControl, ProtocolOperation } from 'ldapts'
import { contentOf, type Element, notUnderstood, numberOf, readElements } from './ber.ts'

/** The result of an operation. */
export interface DirectoryResult {
  kind: 'result'
  operation: number
  code: number
  /** The directory's own message. It is used to recognize a result and never logged, because it may name the student. */
  diagnostic: string
  /** The error reported by the password policy control, if there is one. */
  policyError: number | undefined
}

export type DirectoryAnswer = { messageId: number } & (
  | DirectoryResult
  | { kind: 'entry'; name: string }
  | { kind: 'reference' }
)

const sequenceTag = 0x30
const octetStringTag = 0x04
const integerTag = 0x02
const enumeratedTag = 0x0a
const controlsTag = 0xa0
const policyErrorTag = 0x81

const results: readonly number[] = [
  ProtocolOperation.LDAP_RES_BIND,
  ProtocolOperation.LDAP_RES_SEARCH,
  ProtocolOperation.LDAP_RES_EXTENSION,
]

/**
 * Reads one complete message (RFC 4511, 4.1.1). Not ldapts's reader, because it treats a response without a result
 * code as success.
 * @throws SchoolError `not-understood`
 */
export function readAnswer(message: Buffer): DirectoryAnswer {
  const [id, operation, controls] = readElements(contentOf(readElements(message)[0], sequenceTag))
  if (!operation) throw notUnderstood()
  const messageId = numberOf(id, integerTag)
  if (operation.tag === ProtocolOperation.LDAP_RES_SEARCH_REF) return { messageId, kind: 'reference' }
  const [first, , diagnostic] = readElements(operation.content)
  if (operation.tag === ProtocolOperation.LDAP_RES_SEARCH_ENTRY)
    return { messageId, kind: 'entry', name: contentOf(first, octetStringTag).toString() }
  if (!results.includes(operation.tag)) throw notUnderstood()
  return {
    messageId,
    kind: 'result',
    operation: operation.tag,
    code: numberOf(first, enumeratedTag),
    diagnostic: contentOf(diagnostic, octetStringTag).toString(),
    policyError: controls && policyError(contentOf(controls, controlsTag)),
  }
}

function policyError(controls: Buffer): number | undefined {
  for (const control of readElements(controls)) {
    const parts = readElements(contentOf(control, sequenceTag))
    const value = parts.at(-1)
    if (contentOf(parts[0], octetStringTag).toString() !== PasswordPolicyControl.type || parts.length < 2) continue
    const said = readElements(contentOf(readElements(contentOf(value, octetStringTag))[0], sequenceTag))
    const error: Element | undefined = said.find(({ tag }) => tag === policyErrorTag)
    if (error) return numberOf(error, policyErrorTag)
  }
  return undefined
}
