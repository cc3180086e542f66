import type { SiteLook, UnavailableReason } from '../verifier.ts'
import type { SchoolError } from './school-error.ts'

export const looksFit = (says: string): SiteLook => ({ outcome: 'looked', fits: true, says })
export const looksWrong = (says: string): SiteLook => ({ outcome: 'looked', fits: false, says })

const words: Partial<Record<UnavailableReason, string>> = {
  timeout: 'does not answer in time: is SCHOOL_URL right, and reachable from here?',
  'connection-refused':
    'nobody answers: is SCHOOL_URL right, and reachable from here? For a private certificate set SCHOOL_CA',
  maintenance: 'is in maintenance: nothing can be said of SCHOOL_URL before it is back',
  fault: 'has a fault: nothing can be said of SCHOOL_URL before that is mended',
  redirected: 'leads elsewhere, and redirects are not followed: set SCHOOL_URL to where it leads',
  'too-large': 'answers more than is expected there: is SCHOOL_URL right?',
  'not-understood': 'does not answer as is expected there: is SCHOOL_URL right?',
}

/** The result of a look at a site that could not be reached or read. */
export function looksTroubled(address: string, { reason, message }: SchoolError): SiteLook {
  const told = words[reason]
  return looksWrong(told === undefined ? `${address}: ${message}` : `${address}: ${told} (${message})`)
}
