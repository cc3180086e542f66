import { TLSSocket } from 'node:tls'
import { type CasLogin, createCasLogin } from '../../src/schools/cas/cas-login.ts'
import type { StudentVerifier } from '../../src/schools/verifier.ts'
import { studentNumberForm } from '../../src/shared/student-number-form.ts'
import { patience } from '../support/patience.ts'
import { openCasBrowser } from './cas-browser.ts'
import { type CasFault, failure, startCasServer, success } from './cas-server.ts'
import { type ConformanceSchool, type Trouble, verifierConformance } from './conformance.ts'
import { createPrivateAuthority } from './private-authority.ts'
import { recordingLogger } from './recording-logger.ts'

const hastyLimits = { callMs: 400, answerBytes: 64 * 1024 }
const limits = { ...hastyLimits, callMs: patience(5000) }
const serviceUrl = 'https://study.example.edu/api/v1.0/register/cas/callback'

const students = [
  { studentNumber: '2017010101', schoolPassword: 'canary-Pa55&=+密' },
  { studentNumber: '201701012', schoolPassword: 'canary-201701012' },
] as const

const xml =
  (body: string): CasFault =>
  (response) =>
    void response.setHeader('content-type', 'application/xml').end(body)
const status =
  (code: number, headers: Record<string, string> = {}): CasFault =>
  (response) =>
    void response.writeHead(code, headers).end()

const user = '<cas:user>2017010101</cas:user>'

/** Only a plain connection can be reset; one below TLS is closed. */
const reset: CasFault = ({ socket }) =>
  void (socket instanceof TLSSocket ? socket.destroy() : socket?.resetAndDestroy())

const drip: CasFault = (response) => {
  const timer = setInterval(() => response.write(' '), 50)
  response.on('close', () => clearInterval(timer))
}

const sendEndlessly: CasFault = (response) => {
  const more = () => {
    while (!response.destroyed && response.write(' '.repeat(16_384)));
  }
  response.on('drain', more)
  more()
}

const faults: readonly [string, Trouble['expected'], CasFault][] = [
  ['never answers', 'timeout', () => {}],
  ['responds a byte at a time', 'timeout', drip],
  ['resets the connection', 'connection-refused', reset],
  ['closes the connection without a response', 'connection-refused', ({ socket }) => void socket?.end()],
  ['answers 500', 'fault', status(500)],
  ['answers 503', 'maintenance', status(503)],
  ['answers 404', 'not-understood', status(404)],
  ['redirects to itself', 'redirected', status(302, { location: '/cas/p3/serviceValidate' })],
  ['redirects elsewhere', 'redirected', status(302, { location: 'https://elsewhere.example/?t=1' })],
  ['sends an endless response', 'too-large', sendEndlessly],
  ['shows a page', 'maintenance', xml('<!DOCTYPE html><html><body><p>系统维护</p></body></html>')],
  ['answers nothing', 'not-understood', xml('')],
  ['answers JSON', 'not-understood', xml('{"serviceResponse":{"authenticationSuccess":{"user":"2017010101"}}}')],
  ['truncates its XML', 'not-understood', xml(success(user).slice(0, -20))],
  ['responds in another namespace', 'not-understood', xml(success(user).replace('yale.edu', 'yale.example'))],
  ['responds in no namespace', 'not-understood', xml(success(user).replaceAll('cas:', ''))],
  ['sends a document type', 'not-understood', xml(`<!DOCTYPE x [<!ENTITY e "1">]>${success(user)}`)],
  [
    'refers to a file by an entity',
    'not-understood',
    xml(`<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${success('<cas:user>&e;</cas:user>')}`),
  ],
  ['names nobody', 'not-understood', xml(success(''))],
  ['names two', 'not-understood', xml(success(user + user))],
  ['nests a name in a name', 'not-understood', xml(success(`<cas:user><cas:user>2017010101</cas:user></cas:user>`))],
  [
    'reports success and failure',
    'not-understood',
    xml(
      success(user).replace(
        '</cas:serviceResponse>',
        '<cas:authenticationFailure code="INVALID_TICKET"/></cas:serviceResponse>',
      ),
    ),
  ],
  ['reports a teacher', 'no-student', xml(success('<cas:user>teacher.wang</cas:user>'))],
  ['does not know the ticket', 'ticket-spent', xml(failure('INVALID_TICKET'))],
  ['does not know this service', 'unsupported', xml(failure('UNAUTHORIZED_SERVICE'))],
  ['issued the ticket to another service', 'unsupported', xml(failure('INVALID_SERVICE'))],
  ['reports a missing parameter', 'unsupported', xml(failure('INVALID_REQUEST'))],
  ['has an internal error', 'login-fault', xml(failure('INTERNAL_ERROR'))],
  ['sends an unknown error code', 'login-fault', xml(failure('toString'))],
]

/** A person's whole login: to the login page, back with a ticket, and the validation of the ticket. */
function browserLogin(cas: CasLogin, ca?: string): StudentVerifier {
  return {
    async verify(proof, ask) {
      const browser = openCasBrowser(ca)
      const { url, state } = cas.begin(serviceUrl)
      const back = await browser.logIn(url, proof).catch(() => undefined)
      await browser.close()
      const given = back?.searchParams.get('ticket')
      const ticket = given ?? 'ST-made-up'
      const answer = await cas.finish(serviceUrl, { ticket, state, cookie: state }, ask)
      if (answer.outcome === 'verified') return { outcome: 'verified', studentCode: answer.studentNumber }
      // The school's own page has rejected the password, and issued no ticket.
      if (answer.outcome === 'ticket-spent' && !given) return { outcome: 'rejected' }
      if (answer.outcome === 'foreign-browser') throw new Error('the state was lost')
      return answer
    },
    close: () => cas.close(),
  }
}

async function startCas(tls: boolean): Promise<ConformanceSchool> {
  const authority = tls ? await createPrivateAuthority() : undefined
  const server = await startCasServer(students, authority)
  const ca = authority?.ca
  const asked = { baseUrl: server.url, ca, studentNumbers: studentNumberForm(), logger: recordingLogger() }
  return {
    verifier: browserLogin(createCasLogin({ ...asked, limits }), ca),
    hasty: browserLogin(createCasLogin({ ...asked, limits: hastyLimits }), ca),
    students,
    unknownNumber: '9999999999',
    longestMs: hastyLimits.callMs,
    troubles: faults.map(([name, expected, fault]) => ({ name, expected, begin: () => server.setFault(fault) })),
    recover: () => server.setFault(undefined),
    leave: server.close,
  }
}

verifierConformance('CAS', () => startCas(false))
verifierConformance('CAS with TLS and a private certificate authority', () => startCas(true))
