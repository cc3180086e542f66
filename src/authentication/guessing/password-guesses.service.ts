import type { AccountId, Credentials } from '../../accounts/account.ts'
import type { Clock } from '../../shared/clock.ts'
import { DomainError } from '../../shared/errors.ts'
import { nobodysHash, verifyPassword } from '../password-hash.ts'
import { type Booking, type RateLimitService, refusalError } from '../rate-limit.service.ts'
import type { Charge, Refusal } from '../rate-limit.ts'
import { chargesOf, type Door, sharedCharges, signInNote } from './guess-limits.ts'
import { networkOf } from './network.ts'
import { createRecentSignIns } from './recent-sign-ins.ts'

/** One account that a guess may be meant for, or the place of one: nobody's costs the same. */
export interface Candidate {
  /** Stands for nobody's, where there are no `credentials`. */
  name: string
  credentials: Credentials | undefined
}

export interface Match extends Credentials {
  /** The hash is to be made anew. */
  outdated: boolean
}

export type PasswordGuesses = ReturnType<typeof createPasswordGuesses>

const accountName = (id: AccountId) => `account ${id}`
const nameOf = ({ name, credentials }: Candidate) =>
  credentials ? accountName(credentials.accountId) : `nobody ${name}`

/** Everywhere that a password of an account is tried: each try is booked before it is hashed, and given back where it was right. */
export function createPasswordGuesses({ rateLimits, clock }: { rateLimits: RateLimitService; clock: Clock }) {
  const signIns = createRecentSignIns(clock)
  const underWay = new Map<string, Promise<Match>>()

  /**
   * The first candidate whom the password opens. As many hashes are made as there are candidates, whoever they are.
   * @throws DomainError `unauthorized`, `too-many-requests`, `busy`
   */
  async function check(candidates: Candidate[], password: string, address: string, door: Door): Promise<Match> {
    const network = networkOf(address)
    const meant = candidates.map((candidate) => [nameOf(candidate), candidate.credentials?.passwordHash])
    const guess = JSON.stringify([meant, password, network, door])
    // Apps ask many things at once by one password. Where it was right it counts for all, where it was wrong each counts.
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
      // The hashing was refused: nothing was tried.
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

  /** Whoever has signed in from there of late, by that password, is nobody who guesses. */
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

  /** From now on the account is at home in this network. `booked` is given back with it. */
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

/** A candidate whose limits refuse the try is not tried, at the same cost. */
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
    await verifyPassword(password, nobodysHash, network)
  return undefined
}

/** Of an account that was not tried nobody is told that the password is wrong. */
function refusalOfWrong(candidates: Candidate[], { refusals, standing }: Booking): DomainError {
  const untried: Refusal | undefined = refusals.find((refusal, at) => refusal && candidates[at]?.credentials)
  if (untried) return refusalError(untried)
  return new DomainError('unauthorized', standing && { rateLimit: standing })
}
