import type { Charge, RateLimit } from '../rate-limits/rate-limit.ts'

/** Wrong passwords for one account from one network. */
const here: RateLimit = { name: 'password', points: 20, duration: 3600, firstWait: 30 }
/** For one account, from all networks where the account has not signed in recently. */
const everywhere: RateLimit = { name: 'password-anywhere', points: 100, duration: 3600, firstWait: 30 }
/** For all accounts, from one network. A campus may share one network. */
const fromNetwork: RateLimit = { name: 'passwords-from-address', points: 100, duration: 900, afterwards: true }
/**
 * As `fromNetwork`, for accounts that have signed in from the network recently: wrong passwords of others there do not
 * lock them out.
 */
const fromHome: RateLimit = { name: 'known-from-address', points: 500, duration: 900, afterwards: true }
/** For the whole service. The window is short, so that attackers who use it up lock newcomers out for a minute at most. */
const ofAll: RateLimit = { name: 'passwords-of-all', points: 300, duration: 60, afterwards: true }
/** Registrations from one network with a user name that is taken. */
const takenNames: RateLimit = { name: 'taken-names', points: 300, duration: 900, afterwards: true }
/** How long after a sign-in a network counts as the account's own. */
const signedIn: RateLimit = { name: 'signed-in', points: 1, duration: 30 * 24 * 3600 }

export const guessLimits = [here, everywhere, fromNetwork, fromHome, ofAll, takenNames]

/** The charges that all guesses of one try share. */
export type Door = 'sign-in' | 'registration'

export function sharedCharges(door: Door, network: string, isHome: boolean): Charge[] {
  if (door === 'registration') return [{ limit: takenNames, who: network }]
  if (isHome) return [{ limit: fromHome, who: network }]
  return [
    { limit: fromNetwork, who: network },
    { limit: ofAll, who: '' },
  ]
}

/** @param who identifies one account, regardless of the login name used, or a name that belongs to no account */
export function chargesOf(who: string, network: string, isHome: boolean): Charge[] {
  const charges = [{ limit: here, who: `${who}\n${network}` }]
  return isHome ? charges : [...charges, { limit: everywhere, who }]
}

export const signInNote = (who: string, network: string): Charge => ({ limit: signedIn, who: `${who}\n${network}` })
