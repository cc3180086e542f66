/** Where the school's system lives. Its web root is part of the address, and may be none. */
export interface SchoolSite {
  origin: string
  /** `''`, or a path that begins with a slash and ends without one. */
  root: string
  /** PEM of the authority that alone is trusted for this site; the usual ones where it is absent. */
  ca: string | undefined
}

/** @throws Error when the address is not an http:// or https:// one. */
export function schoolSite(baseUrl: string, ca?: string): SchoolSite {
  const url = new URL(baseUrl)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Error('A school is asked by http:// or https:// only')
  return { origin: url.origin, root: url.pathname.replace(/\/+$/, ''), ca }
}

/** The address of a path below the web root. */
export function addressOf(site: SchoolSite, path: string): string {
  return `${site.origin}${site.root}${path}`
}
