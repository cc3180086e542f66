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

const SEQUENCE = 0x30
const OCTETS = 0x04
const INTEGER = 0x02
const ENUMERATED = 0x0a
const CONTROLS = 0xa0
const POLICY_ERROR = 0x81

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
  const [id, operation, controls] = readElements(contentOf(readElements(message)[0], SEQUENCE))
  if (!operation) throw notUnderstood()
  const messageId = numberOf(id, INTEGER)
  if (operation.tag === ProtocolOperation.LDAP_RES_SEARCH_REF) return { messageId, kind: 'reference' }
  const [first, , diagnostic] = readElements(operation.content)
  if (operation.tag === ProtocolOperation.LDAP_RES_SEARCH_ENTRY)
    return { messageId, kind: 'entry', name: contentOf(first, OCTETS).toString() }
  if (!results.includes(operation.tag)) throw notUnderstood()
  return {
    messageId,
    kind: 'result',
    operation: operation.tag,
    code: numberOf(first, ENUMERATED),
    diagnostic: contentOf(diagnostic, OCTETS).toString(),
    policyError: controls && policyError(contentOf(controls, CONTROLS)),
  }
}

function policyError(controls: Buffer): number | undefined {
  for (const control of readElements(controls)) {
    const parts = readElements(contentOf(control, SEQUENCE))
    const value = parts.at(-1)
    if (contentOf(parts[0], OCTETS).toString() !== PasswordPolicyControl.type || parts.length < 2) continue
    const said = readElements(contentOf(readElements(contentOf(value, OCTETS))[0], SEQUENCE))
    const error: Element | undefined = said.find(({ tag }) => tag === POLICY_ERROR)
    if (error) return numberOf(error, POLICY_ERROR)
  }
  return undefined
}
