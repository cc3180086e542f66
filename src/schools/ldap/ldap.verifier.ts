import { startDeadline } from '../deadline.ts'
import type { Logger } from '../logger.ts'
import { SchoolError } from '../school-call/school-error.ts'
import { looksFit, looksTroubled } from '../school-call/site-trouble.ts'
import type { AskOptions, Proof, SiteLook, StudentVerifier, Unavailable, Verification } from '../verifier.ts'
import { type DirectoryAddressOptions, directoryAddress } from './directory-address.ts'
import { DirectoryConnection } from './directory-connection.ts'
import { type Credentials, findStudent, logInAsService, logInAsStudent } from './directory-login.ts'
import { type DirectoryStep, tellStep } from './directory-step.ts'
import { type DirectoryLimits, defaultDirectoryLimits } from './limits.ts'
import { studentFilter } from './student-filter.ts'

export interface LdapOptions extends DirectoryAddressOptions {
  /** Below it students are looked for. */
  baseDn: string
  /** RFC 4515, with `{studentNumber}` where the number goes. */
  filter?: string | undefined
  /** The account that looks for students; anonymous where it is absent. */
  bindDn?: string | undefined
  bindPassword?: string | undefined
  limits?: Partial<DirectoryLimits>
  logger: Logger
  onStep?: (step: DirectoryStep) => void
}

/** No student's number, for a search that shall find nothing. */
const NOBODY = '0'

/**
 * Proves students by finding their entry in an LDAP directory and binding to it with their password. Searches no referral and
 * changes nothing. @throws Error for settings that cannot be right, and for an address that would send passwords in the clear.
 */
export function createLdapVerifier(options: LdapOptions): StudentVerifier {
  const { baseDn, logger, onStep = () => {} } = options
  const address = directoryAddress(options)
  const filter = studentFilter(options.filter ?? '(uid={studentNumber})')
  const account = serviceAccount(options)
  const limits = { ...defaultDirectoryLimits, ...options.limits }
  const closing = new AbortController()
  const underWay = new Set<Promise<unknown>>()

  const step = tellStep((told) => {
    logger.debug({ step: told.name, saw: told.saw, ms: Math.round(told.ms) }, 'school login step')
    onStep(told)
  })

  async function logIn(proof: Proof, signal: AbortSignal): Promise<Verification> {
    const connection = await step(
      'connect',
      () => DirectoryConnection.open(address, limits, signal),
      `${address.protection}`,
    )
    try {
      if (account) await step('service login', () => logInAsService(connection, account), 'accepted')
      const search = { baseDn, filter, timeLimit: Math.ceil(limits.callMs / 1000) }
      const look = () => findStudent(connection, search, proof.studentNumber)
      const dn = await step('search', look, (found) => (found === undefined ? 'no entry' : 'one entry'))
      if (dn === undefined) return { outcome: 'rejected' }
      return await step(
        'login',
        () => logInAsStudent(connection, dn, proof),
        ({ outcome }) => outcome,
      )
    } finally {
      connection.close()
    }
  }

  async function logInAndSearch(signal: AbortSignal): Promise<void> {
    const connection = await DirectoryConnection.open(address, limits, signal)
    try {
      if (account) await logInAsService(connection, account)
      await findStudent(connection, { baseDn, filter, timeLimit: Math.ceil(limits.callMs / 1000) }, NOBODY)
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
    // A name without a password is an anonymous login, which directories welcome (RFC 4513, 5.1.2).
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
      return unavailable(error, logger)
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

function unavailable(error: unknown, logger: Logger): Unavailable {
  if (error instanceof SchoolError) return error.toAnswer()
  // A fault of our own. Its message and stack are kept back: they may quote the password.
  const kind = error instanceof Error ? error.name : typeof error
  logger.error({ kind }, 'the school adapter failed')
  return { outcome: 'unavailable', reason: 'fault', detail: `the adapter failed: ${kind}` }
}
