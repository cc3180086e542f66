import { BindRequest, PasswordPolicyControl, ProtocolOperation, SearchRequest } from 'ldapts'
import { SchoolError } from '../school-call/school-error.ts'
import type { Proof, Verification } from '../verifier.ts'
import { notUnderstood } from './ber.ts'
import type { DirectoryResult } from './directory-answer.ts'
import type { DirectoryConnection } from './directory-connection.ts'
import { judgeLogin, resultTrouble, sizeLimitExceededCode, successCode } from './directory-result.ts'
import type { StudentFilter } from './student-filter.ts'

export interface Credentials {
  dn: string
  password: string
}

export interface DirectorySearch {
  baseDn: string
  filter: StudentFilter
  /** How long the directory may search, in seconds. */
  timeLimit: number
}

/** Only a single entry identifies a student. Two are enough to detect an ambiguous filter. */
const maxEntries = 2
/** RFC 4511, 4.5.1.8: no attributes. */
const noAttributes = '1.1'

/** Logs in with the service's own account. @throws SchoolError if it is refused, which is never the student's fault */
export async function logInAsService(connection: DirectoryConnection, account: Credentials): Promise<void> {
  const result = await bind(connection, 'service login', account)
  if (result.code === successCode) return
  const { reason } = resultTrouble(result, 'service login')
  throw new SchoolError(reason, `service login: LDAP_BIND_DN is refused with result code ${result.code}`)
}

/**
 * The name of the only entry for this number, or undefined if there is none.
 * @throws SchoolError, also for several entries, because then the filter is wrong
 */
export async function findStudent(
  connection: DirectoryConnection,
  { baseDn, filter, timeLimit }: DirectorySearch,
  studentNumber: string,
): Promise<string | undefined> {
  const request = new SearchRequest({
    messageId: connection.nextId(),
    baseDN: baseDn,
    scope: 'sub',
    derefAliases: 'never',
    filter: filter(studentNumber),
    sizeLimit: maxEntries,
    timeLimit,
    attributes: [noAttributes],
  })
  const { entries, result } = await connection.ask('search', request, ProtocolOperation.LDAP_RES_SEARCH)
  if (result.code === sizeLimitExceededCode || entries.length > 1) throw severalEntries()
  if (result.code !== successCode) throw resultTrouble(result, 'search')
  const [name] = entries
  // A bind with an empty name is an anonymous login, which accepts every password (RFC 4513, 5.1.2).
  if (name === '') throw notUnderstood()
  return name
}

function severalEntries(): SchoolError {
  return new SchoolError('login-fault', 'search: LDAP_FILTER finds several entries for one student number')
}

/** Tries the password once. @throws SchoolError */
export async function logInAsStudent(connection: DirectoryConnection, dn: string, proof: Proof): Promise<Verification> {
  return judgeLogin(await bind(connection, 'login', { dn, password: proof.schoolPassword }), dn)
}

async function bind(
  connection: DirectoryConnection,
  step: string,
  { dn, password }: Credentials,
): Promise<DirectoryResult> {
  const controls = [new PasswordPolicyControl()]
  const request = new BindRequest({ messageId: connection.nextId(), dn, password, controls })
  const { result } = await connection.ask(step, request, ProtocolOperation.LDAP_RES_BIND)
  return result
}
