import type { AccountId, Credentials } from '../../accounts/account.ts'
import type { Clock } from '../../shared/clock.ts'
import { DomainError } from '../../shared/errors.ts'
import { networkOf } from '../../shared/network.ts'
import { dummyHash, verifyPassword } from '../passwords/password-hash.ts'
import { type Booking, type RateLimitService, refusalError } from '../rate-limits/rate-limit.service.ts'
import type { Charge, Refusal } from '../rate-limits/rate-limit.ts'
import { chargesOf, type Door, sharedCharges, signInNote } from './guess-limits.ts'
import { createRecentSignIns } from './recent-sign-ins.ts'

/** One account that a guess may refer to, or a stand-in for an account that does not exist: both cost the same. */
export interface Candidate {
  /** Identifies the stand-in if there are no `credentials`. */
  name: string
  credentials: Credentials | undefined
}

export interface Match extends Credentials {
  /** The hash must be renewed. */
  outdated: boolean
}

export type PasswordGuesses = ReturnType<typeof createPasswordGuesses>

const accountName = (id: AccountId) => `account ${id}`
const nameOf = ({ name, credentials }: Candidate) =>
  credentials ? accountName(credentials.accountId) : `nobody ${name}`

/**
 * Checks passwords wherever one of an account is tried. Each try is booked before it is hashed, and refunded if the
 * password was right.
 */
export function createPasswordGuesses({ rateLimits, clock }: { rateLimits: RateLimitService; clock: Clock }) {
  const signIns = createRecentSignIns(clock)
  const underWay = new Map<string, Promise<Match>>()

  /**
   * Returns the first candidate that the password matches. The number of hashes always equals the number of candidates,
   * whether or not their accounts exist.
   * @throws DomainError `unauthorized`, `too-many-requests`, `busy`
   */
  async function check(candidates: Candidate[], password: string, address: string, door: Door): Promise<Match> {
    const network = networkOf(address)
    const meant = candidates.map((candidate) => [nameOf(candidate), candidate.credentials?.passwordHash])
    const guess = JSON.stringify([meant, password, network, door])
    // Apps send many requests at once with the same password. A right password counts for all of them; a wrong one counts for each.
    const first = await underWay.get(guess)?.catch(() => undefined)
    if (first) return first
    const made = make(candidates, password, network, door)
    if (underWay.has(guess)) return made
    underWay.set(guess, made)
    return made.finally(() => underWay.delete(guess))
  }

  async function make(candidates: Candidate[], password: string, network: string, door: Door): Promise<Match> {
    const recognised = await recognise(candidates, password, network)
    if (recognised) return recognised
    const notes = candidates.map((candidate) => signInNote(nameOf(candidate), network))
    const isHome = await rateLimits.areNoted(notes)
    const shared = sharedCharges(door, network, isHome.includes(true))
    const choices = candidates.map((candidate, at) => chargesOf(nameOf(candidate), network, isHome[at] === true))
    const booking = await book(candidates, shared, choices, network)
    const booked = [...shared, ...choices.filter((_, at) => booking.refusals[at] === undefined).flat()]
    const match = await firstMatch(candidates, booking, password, network).catch(async (error: unknown) => {
      // The hashing was refused, so no password was tried.
      await rateLimits.settle(booked, () => false)
      throw error
    })
    if (match === undefined) {
      await rateLimits.settle(booked, () => true)
      throw refusalOfWrong(candidates, booking)
    }
    await noteSignIn(match.accountId, password, network, booked)
    return match
  }

  /** A caller that recently signed in from this network with this password is not guessing. */
  async function recognise(candidates: Candidate[], password: string, network: string): Promise<Match | undefined> {
    for (const { credentials } of candidates) {
      if (credentials === undefined || !signIns.recognises(credentials.accountId, network, password)) continue
      const verdict = await verifyPassword(password, credentials.passwordHash, network)
      if (verdict !== 'wrong') return { ...credentials, outdated: verdict === 'outdated' }
    }
    return undefined
  }

  async function book(candidates: Candidate[], shared: Charge[], choices: Charge[][], network: string) {
    const refused = (at: number) => {
      const credentials = candidates[at]?.credentials
      if (credentials) signIns.noteRefusal(credentials.accountId, network)
    }
    try {
      const booking = await rateLimits.bookAny(shared, choices)
      for (const [at, refusal] of booking.refusals.entries()) if (refusal) refused(at)
      return booking
    } catch (error) {
      if (error instanceof DomainError) for (const at of candidates.keys()) refused(at)
      throw error
    }
  }

  /** Marks the network as one of the account's own, and refunds `booked` in the same write. */
  async function noteSignIn(id: AccountId, password: string, network: string, booked: Charge[] = []): Promise<void> {
    await rateLimits.settle(booked, () => false, [signInNote(accountName(id), network)])
    signIns.note(id, network, password)
  }

  return {
    check,
    noteSignIn: (id: AccountId, password: string, address: string) => noteSignIn(id, password, networkOf(address)),
    isUnderAttack: signIns.isUnderAttack,
  }
}

/** Does not try a candidate whose limits refuse the try, but spends the same time on it. */
async function firstMatch(
  candidates: Candidate[],
  { refusals }: Booking,
  password: string,
  network: string,
): Promise<Match | undefined> {
  const tried = candidates.flatMap(({ credentials }, at) =>
    credentials !== undefined && refusals[at] === undefined ? [credentials] : [],
  )
  for (const credentials of tried) {
    const verdict = await verifyPassword(password, credentials.passwordHash, network)
    if (verdict !== 'wrong') return { ...credentials, outdated: verdict === 'outdated' }
  }
  for (let left = candidates.length - tried.length; left > 0; left--)
    await verifyPassword(password, dummyHash(), network)
  return undefined
}

/** An account that was not tried must not be reported as having another password. */
function refusalOfWrong(candidates: Candidate[], { refusals, standing }: Booking): DomainError {
  const untried: Refusal | undefined = refusals.find((refusal, at) => refusal && candidates[at]?.credentials)
  if (untried) return refusalError(untried)
  return new DomainError('unauthorized', standing && { rateLimit: standing })
}
