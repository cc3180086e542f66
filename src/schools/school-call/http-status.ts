import { SchoolError } from './school-error.ts'
import type { SchoolSite } from './school-site.ts'

/** The error for a response's HTTP status, if there is one. Redirects are never followed. */
export function statusTrouble(
  status: number,
  location: unknown,
  site: SchoolSite,
  call: string,
): SchoolError | undefined {
  if (status >= 200 && status < 300) return undefined
  if (status >= 300 && status < 400)
    return new SchoolError('redirected', `${call}: ${status} ${direction(location, site)}`)
  const reason = status === 503 ? 'maintenance' : status >= 500 ? 'fault' : 'not-understood'
  return new SchoolError(reason, `${call}: HTTP status ${status}`)
}

/** Contains only the host, because the rest of an address may repeat what was sent. */
function direction(location: unknown, site: SchoolSite): string {
  if (typeof location !== 'string' || !URL.canParse(location, site.origin)) return 'without an address'
  const { origin } = new URL(location, site.origin)
  return origin === site.origin ? 'within the site' : `to ${origin}`
}
