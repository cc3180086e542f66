/** What the school's own login page is visited for. The service leads back to `/register` in every case. */
export type CasPurpose = 'register' | 'recover' | 'student-number'

export interface CasReturn {
  ticket: string | undefined
  /** A code of the service's. */
  error: string | undefined
  retryAfterSeconds: number | undefined
}

const purposeKey = 'cas-purpose'
const pages = { register: '/register', recover: '/recover', 'student-number': '/me/student-number' } as const
let returned: CasReturn | undefined

/** Before leaving for the school. */
export function leaveForSchool(purpose: CasPurpose): void {
  sessionStorage.setItem(purposeKey, purpose)
  location.assign('/api/v1.0/register/cas?return=web')
}

/**
 * Takes the fragment of the address, which no server sees, and returns the page that it is for. The caller must leave this
 * address at once.
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

/** Once: a ticket is good for one use. */
export function takeCasReturn(): CasReturn | undefined {
  const taken = returned
  returned = undefined
  return taken
}
