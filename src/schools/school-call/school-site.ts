import type { SchoolTls } from './tls-options.ts'

/** Where the school's system lives. Its web root is part of the address, and may be none. */
export interface SchoolSite extends SchoolTls {
  origin: string
  /** `''`, or a path that begins with a slash and ends without one. */
  root: string
}

/** @throws Error when the address is not an http:// or https:// one. */
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

/** Where `Location` leads from a path below the web root: such a path again, or the whole address where it leads out; undefined where it is none. */
export function pathBelow(site: SchoolSite, location: unknown, from: string): string | undefined {
  const base = addressOf(site, from)
  if (typeof location !== 'string' || !URL.canParse(location, base)) return undefined
  const { origin, pathname, search, href } = new URL(location, base)
  const within = origin === site.origin && `${pathname}/`.startsWith(`${site.root}/`)
  return within ? `${pathname.slice(site.root.length)}${search}` : href
}
