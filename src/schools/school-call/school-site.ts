import type { SchoolTls } from './tls-options.ts'

/** The address of the school's system. It includes the web root, which may be empty. */
export interface SchoolSite extends SchoolTls {
  origin: string
  /** `''`, or a path that begins with a slash and ends without one. */
  root: string
}

/** @throws Error if the address is not an http:// or https:// address */
export function schoolSite(baseUrl: string, { ca, legacyTls = false }: Partial<SchoolTls> = {}): SchoolSite {
  const url = new URL(baseUrl)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Error('A school is asked by http:// or https:// only')
  return { origin: url.origin, root: url.pathname.replace(/\/+$/, ''), ca, legacyTls }
}

/** The address of a path below the web root. */
export function addressOf(site: SchoolSite, path: string): string {
  return `${site.origin}${site.root}${path}`
}

/**
 * The target of `Location`, relative to a path below the web root: again such a path, or the whole address if it leads
 * elsewhere. Undefined if it is not an address.
 */
export function pathBelow(site: SchoolSite, location: unknown, from: string): string | undefined {
  const base = addressOf(site, from)
  if (typeof location !== 'string' || !URL.canParse(location, base)) return undefined
  const { origin, pathname, search, href } = new URL(location, base)
  const within = origin === site.origin && `${pathname}/`.startsWith(`${site.root}/`)
  return within ? `${pathname.slice(site.root.length)}${search}` : href
}
