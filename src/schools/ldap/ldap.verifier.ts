import { startDeadline } from '../deadline.ts'
import type { Logger } from '../logger.ts'
import { answerToError, SchoolError } from '../school-call/school-error.ts'
import { looksFit, looksTroubled } from '../school-call/site-trouble.ts'
import { type OnStep, type Step, takeStep } from '../school-call/step.ts'
import type { AskOptions, Proof, SiteLook, StudentVerifier, Verification } from '../verifier.ts'
import { type DirectoryAddressOptions, directoryAddress } from './directory-address.ts'
import { DirectoryConnection } from './directory-connection.ts'
import { type Credentials, findStudent, logInAsService, logInAsStudent } from './directory-login.ts'
import { type DirectoryLimits, defaultDirectoryLimits } from './limits.ts'
import { studentFilter } from './student-filter.ts'

export interface LdapOptions extends DirectoryAddressOptions {
  /** The entry below which students are searched for. */
  baseDn: string
  /** RFC 4515, with `{studentNumber}` as the placeholder for the number. */
  filter?: string | undefined
  /** The account that searches for students. If absent, the search is anonymous. */
  bindDn?: string | undefined
  bindPassword?: string | undefined
  limits?: Partial<DirectoryLimits>
  logger: Logger
  onStep?: OnStep
}

/** A number that no student has, for a search that should find nothing. */
const unusedNumber = '0'

/**
 * Verifies students by finding their entry in an LDAP directory and binding to it with their password. Follows no
 * referral and changes nothing.
 * @throws Error for invalid settings, and for an address that would send passwords in clear text
 */
export function createLdapVerifier(options: LdapOptions): StudentVerifier {
  const { baseDn, logger, onStep = () => {} } = options
  const address = directoryAddress(options)
  const filter = studentFilter(options.filter ?? '(uid={studentNumber})')
  const account = serviceAccount(options)
  const limits = { ...defaultDirectoryLimits, ...options.limits }
  const closing = new AbortController()
  const underWay = new Set<Promise<unknown>>()

  function report(step: Step): void {
    logger.debug({ step: step.name, saw: step.saw, ms: Math.round(step.ms) }, 'school login step')
    onStep(step)
  }

  async function logIn(proof: Proof, signal: AbortSignal): Promise<Verification> {
    const connect = () => DirectoryConnection.open(address, limits, signal)
    const connection = await takeStep(report, 'connect', connect, () => address.protection)
    try {
      if (account)
        await takeStep(
          report,
          'service login',
          () => logInAsService(connection, account),
          () => 'accepted',
        )
      const search = { baseDn, filter, timeLimit: Math.ceil(limits.callMs / 1000) }
      const look = () => findStudent(connection, search, proof.studentNumber)
      const dn = await takeStep(report, 'search', look, (found) => (found === undefined ? 'no entry' : 'one entry'))
      if (dn === undefined) return { outcome: 'rejected' }
      const logInWithPassword = () => logInAsStudent(connection, dn, proof)
      return await takeStep(report, 'login', logInWithPassword, ({ outcome }) => outcome)
    } finally {
      connection.close()
    }
  }

  async function logInAndSearch(signal: AbortSignal): Promise<void> {
    const connection = await DirectoryConnection.open(address, limits, signal)
    try {
      if (account) await logInAsService(connection, account)
      await findStudent(connection, { baseDn, filter, timeLimit: Math.ceil(limits.callMs / 1000) }, unusedNumber)
    } finally {
      connection.close()
    }
  }

  async function look(ask?: AskOptions): Promise<SiteLook> {
    const parents = [closing.signal, ...(ask?.signal ? [ask.signal] : [])]
    const deadline = startDeadline(limits.loginMs, AbortSignal.any(parents))
    const looking = logInAndSearch(deadline.signal)
    underWay.add(looking)
    try {
      await looking
      return looksFit('a directory that can be searched')
    } catch (error) {
      if (error instanceof SchoolError) return looksTroubled(options.url, error)
      throw error
    } finally {
      underWay.delete(looking)
      deadline.clear()
    }
  }

  async function verify(proof: Proof, ask?: AskOptions): Promise<Verification> {
    // A bind with a name and no password is an anonymous login, which directories usually accept (RFC 4513, 5.1.2).
    if (proof.schoolPassword === '' || proof.studentNumber === '') return { outcome: 'rejected' }
    const deadline = startDeadline(
      limits.loginMs,
      AbortSignal.any([closing.signal, ...(ask?.signal ? [ask.signal] : [])]),
    )
    const login = logIn(proof, deadline.signal)
    underWay.add(login)
    try {
      return await login
    } catch (error) {
      return answerToError(error, logger)
    } finally {
      underWay.delete(login)
      deadline.clear()
    }
  }

  return {
    verify,
    look,
    async close() {
      closing.abort()
      await Promise.allSettled(underWay)
    },
  }
}

function serviceAccount({ bindDn, bindPassword }: LdapOptions): Credentials | undefined {
  if (bindDn === undefined && bindPassword === undefined) return undefined
  if (!bindDn || !bindPassword)
    throw new Error('The account that looks for students is a DN and a password: both or none')
  return { dn: bindDn, password: bindPassword }
}
