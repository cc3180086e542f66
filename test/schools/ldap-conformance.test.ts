import type { Socket } from 'node:net'
import { createLdapVerifier } from '../../src/schools/ldap/ldap.verifier.ts'
import { patience } from '../support/patience.ts'
import { type ConformanceSchool, type Trouble, verifierConformance } from './conformance.ts'
import { type DirectoryRequest, entry, result } from './ldap-messages.ts'
import { baseDn, type DirectoryFault, startLdapServer } from './ldap-server.ts'
import { createPrivateAuthority } from './private-authority.ts'
import { recordingLogger } from './recording-logger.ts'

const answerBytes = 64 * 1024
const hastyLimits = { callMs: 400, loginMs: 1000, answerBytes }
const limits = { callMs: patience(5000), loginMs: patience(15_000), answerBytes }

const students = [
  { studentNumber: '2017010101', schoolPassword: 'canary-Pa55&=+密' },
  { studentNumber: '201701012', schoolPassword: 'canary-201701012' },
] as const

const account = { dn: 'cn=reader,dc=example,dc=edu', password: 'canary-reader' }

type Operation = Exclude<DirectoryRequest['operation'], 'unbind'>
type Act = (request: DirectoryRequest, socket: Socket, operation: Operation) => ReturnType<DirectoryFault>

const code =
  (number: number, diagnostic?: string, policyError?: number): Act =>
  ({ messageId }, _, operation) =>
    result(operation, messageId, number, diagnostic, policyError)

const drip: Act = ({ messageId }, socket, operation) => {
  const bytes = result(operation, messageId, 0, 'x'.repeat(200))
  let sent = 0
  const timer = setInterval(() => socket.write(bytes.subarray(sent, ++sent)), 50)
  socket.on('close', () => clearInterval(timer))
  return 'silence'
}

const sendEndlessly: Act = ({ messageId }, socket) => {
  const many = Buffer.concat(Array.from({ length: 100 }, () => entry(messageId, 'uid=x')))
  const more = () => {
    while (!socket.destroyed && socket.write(many));
  }
  socket.on('drain', more)
  more()
  return 'silence'
}

/** Faults that affect every request. */
const wire: readonly [string, Trouble['expected'], Act][] = [
  ['never responds', 'timeout', () => 'silence'],
  ['responds a byte at a time', 'timeout', drip],
  ['resets the connection', 'connection-refused', () => 'reset'],
  ['closes the connection without a response', 'connection-refused', () => 'hang-up'],
  ['speaks HTTP', 'not-understood', () => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ['responds with another message id', 'not-understood', ({ messageId }, _, op) => result(op, messageId + 7, 0)],
  [
    'responds to another operation',
    'not-understood',
    ({ messageId }, _, op) => result(op === 'bind' ? 'search' : 'bind', messageId, 0),
  ],
  [
    'responds without a result',
    'not-understood',
    ({ messageId }, _, op) =>
      Buffer.from([0x30, 5, 2, 1, messageId, { bind: 0x61, search: 0x65, extended: 0x78 }[op], 0]),
  ],
  [
    'sends a length beyond its end',
    'not-understood',
    ({ messageId }) => Buffer.from([0x30, 9, 2, 1, messageId, 0x64, 4, 4, 0, 0x30, 100]),
  ],
  ['sends an endless response', 'too-large', sendEndlessly],
  ['announces a message of a gigabyte', 'too-large', () => Buffer.from([0x30, 0x84, 0x40, 0, 0, 0, 2])],
  ['announces its shutdown', 'maintenance', () => result('extended', 0, 52)],
]

const ofLogin: readonly [string, Trouble['expected'], Act][] = [
  ['is busy', 'busy', code(51)],
  ['is unavailable', 'maintenance', code(52)],
  ['is unwilling', 'login-fault', code(53, 'unauthenticated bind (DN with no password) disallowed')],
  ['has an internal error', 'login-fault', code(80)],
  ['refers to another server', 'redirected', code(10)],
  ['requires a secure connection', 'unsupported', code(13)],
  ['requires another method', 'unsupported', code(7)],
  ['has locked the account (policy control)', 'locked', code(49, '', 1)],
  [
    'has locked the account (Active Directory)',
    'locked',
    code(49, '80090308: LdapErr: DSID-0C090446, comment: AcceptSecurityContext error, data 775, v4563'),
  ],
  ['has locked the account (389)', 'locked', code(19, 'Exceed password retry limit. Please try later.')],
  ['requires a new password (policy control)', 'action-wanted', code(49, '', 0)],
  ['requires the first password to be changed (policy control)', 'action-wanted', code(49, '', 2)],
  [
    'has disabled the account (Active Directory)',
    'not-admitted',
    code(49, 'AcceptSecurityContext error, data 533, v4563'),
  ],
  [
    'has an account that expired (Active Directory)',
    'not-admitted',
    code(49, 'AcceptSecurityContext error, data 701, v4563'),
  ],
  ['has inactivated the account (389)', 'not-admitted', code(53, 'Account inactivated. Contact system administrator.')],
  [
    'requires a new password (Active Directory)',
    'action-wanted',
    code(49, '80090308: LdapErr: DSID-0C090446, comment: AcceptSecurityContext error, data 773, v4563'),
  ],
  [
    'refuses the password (Active Directory)',
    'rejected',
    code(49, '80090308: LdapErr: DSID-0C090446, comment: AcceptSecurityContext error, data 52e, v4563'),
  ],
  ['has no password for the entry', 'rejected', code(48)],
]

const ofSearch: readonly [string, Trouble['expected'], Act][] = [
  ['does not know the base', 'fault', code(32)],
  ['denies the service the search', 'fault', code(50)],
  ['exceeds its time limit', 'timeout', code(3)],
  ['refers the search to another', 'redirected', code(10)],
  ['finds several, with a size limit error', 'login-fault', code(4)],
  [
    'finds an entry without a name',
    'not-understood',
    ({ messageId }) => Buffer.concat([entry(messageId, ''), result('search', messageId, 0)]),
  ],
  [
    'finds two',
    'login-fault',
    ({ messageId }) =>
      Buffer.concat([entry(messageId, 'uid=a'), entry(messageId, 'uid=b'), result('search', messageId, 0)]),
  ],
]

/** Every fault at every step that this directory has. */
function troublesOf(steps: readonly Step[], setFault: (fault: DirectoryFault) => void): Trouble[] {
  const at = (step: Step, [name, expected, act]: readonly [string, Trouble['expected'], Act]): Trouble => ({
    name: `${name} (${step})`,
    expected,
    begin: () =>
      setFault((request, socket) => (stepOf(request) === step ? act(request, socket, operationOf(step)) : undefined)),
  })
  const own = {
    'start-tls': [],
    'service login': [['refuses the service', 'fault', code(49)] as const],
    search: ofSearch,
    login: ofLogin,
  }
  return steps.flatMap((step) => [...wire, ...own[step]].map((trouble) => at(step, trouble)))
}

type Step = 'start-tls' | 'service login' | 'search' | 'login'

function stepOf({ operation, dn }: DirectoryRequest): Step | undefined {
  if (operation === 'bind') return dn === account.dn ? 'service login' : 'login'
  return operation === 'extended' ? 'start-tls' : operation === 'search' ? 'search' : undefined
}

function operationOf(step: Step): Operation {
  return step === 'search' ? 'search' : step === 'start-tls' ? 'extended' : 'bind'
}

type Way = 'ldaps' | 'start-tls' | 'plain'

async function startDirectory(way: Way, withAccount: boolean): Promise<ConformanceSchool> {
  const authority = await createPrivateAuthority()
  const server = await startLdapServer({
    students,
    ...(withAccount && { account }),
    ...(way !== 'plain' && { tls: authority }),
    ldaps: way === 'ldaps',
  })
  const asked = {
    url: `${way === 'ldaps' ? 'ldaps' : 'ldap'}://127.0.0.1:${server.port}`,
    ...(way === 'plain' && { startTls: false }),
    ca: authority.ca,
    baseDn,
    filter: '(uid={studentNumber})',
    ...(withAccount && { bindDn: account.dn, bindPassword: account.password }),
    logger: recordingLogger(),
  }
  const steps: Step[] = [
    ...(way === 'start-tls' ? ['start-tls' as const] : []),
    ...(withAccount ? ['service login' as const] : []),
    'search',
    'login',
  ]
  return {
    verifier: createLdapVerifier({ ...asked, limits }),
    hasty: createLdapVerifier({ ...asked, limits: hastyLimits }),
    students,
    unknownNumber: '9999999999',
    longestMs: hastyLimits.loginMs,
    troubles: troublesOf(steps, server.setFault),
    recover: () => server.setFault(undefined),
    leave: server.close,
  }
}

verifierConformance('LDAP with TLS and a service account', () => startDirectory('ldaps', true))
verifierConformance('LDAP with StartTLS', () => startDirectory('start-tls', false))
verifierConformance('LDAP on loopback', () => startDirectory('plain', false))
