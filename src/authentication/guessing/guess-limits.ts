import type { Charge, RateLimit } from '../rate-limit.ts'

/** Wrong passwords for one account from one network. */
const here: RateLimit = { name: 'password', points: 20, duration: 3600, firstWait: 30 }
/** From all networks where the account has not signed in of late. */
const everywhere: RateLimit = { name: 'password-anywhere', points: 100, duration: 3600, firstWait: 30 }
/** For whatever accounts, from one network: a campus may share one. */
const fromNetwork: RateLimit = { name: 'passwords-from-address', points: 100, duration: 900, afterwards: true }
/** As `fromNetwork`, for accounts that have signed in from there of late: what others there get wrong does not keep them out. */
const fromHome: RateLimit = { name: 'known-from-address', points: 500, duration: 900, afterwards: true }
/** Of the whole service. Short, so that guessers who use it up keep newcomers out for a minute at most. */
const ofAll: RateLimit = { name: 'passwords-of-all', points: 300, duration: 60, afterwards: true }
/** Registrations from one network under a name that is taken. */
const takenNames: RateLimit = { name: 'taken-names', points: 300, duration: 900, afterwards: true }
/** How long a sign-in makes a network one of the account's. */
const signedIn: RateLimit = { name: 'signed-in', points: 1, duration: 30 * 24 * 3600 }

export const guessLimits = [here, everywhere, fromNetwork, fromHome, ofAll, takenNames]

/** What all guesses of one try count for together. */
export type Door = 'sign-in' | 'registration'

export function sharedCharges(door: Door, network: string, isHome: boolean): Charge[] {
  if (door === 'registration') return [{ limit: takenNames, who: network }]
  if (isHome) return [{ limit: fromHome, who: network }]
  return [
    { limit: fromNetwork, who: network },
    { limit: ofAll, who: '' },
  ]
}

/** @param who stands for one account, whatever it is called by, or for a name that is nobody's */
export function chargesOf(who: string, network: string, isHome: boolean): Charge[] {
  const charges = [{ limit: here, who: `${who}\n${network}` }]
  return isHome ? charges : [...charges, { limit: everywhere, who }]
}

export const signInNote = (who: string, network: string): Charge => ({ limit: signedIn, who: `${who}\n${network}` })
