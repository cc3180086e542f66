/** Why the school's own login page is visited. The service always redirects back to `/register`. */
export type CasPurpose = 'register' | 'recover' | 'student-number'

export interface CasReturn {
  ticket: string | undefined
  /** An error code of the service. */
  error: string | undefined
  retryAfterSeconds: number | undefined
}

const purposeKey = 'cas-purpose'
const pages = { register: '/register', recover: '/recover', 'student-number': '/me/student-number' } as const
let returned: CasReturn | undefined

/** Stores the purpose and goes to the school's login page. */
export function leaveForSchool(purpose: CasPurpose): void {
  sessionStorage.setItem(purposeKey, purpose)
  location.assign('/api/v1.0/register/cas?return=web')
}

/**
 * Reads the result of the login from the fragment of the address, which is not sent to servers. Returns the path of the page that
 * the result is for; the caller must navigate there at once.
 */
export function takeFragment(hash: string): string | undefined {
  const fragment = new URLSearchParams(hash.slice(1))
  const [ticket, error] = [fragment.get('ticket') ?? undefined, fragment.get('error') ?? undefined]
  if (ticket === undefined && error === undefined) return undefined
  returned = { ticket, error, retryAfterSeconds: Number(fragment.get('retry_after')) || undefined }
  const purpose = sessionStorage.getItem(purposeKey)
  sessionStorage.removeItem(purposeKey)
  return purpose === 'recover' || purpose === 'student-number' ? pages[purpose] : pages.register
}

/** Returns the result only once, because a ticket can be used only once. */
export function takeCasReturn(): CasReturn | undefined {
  const taken = returned
  returned = undefined
  return taken
}
