import { isIP } from 'node:net'
import type { SchoolTls } from '../school-call/tls-options.ts'

export interface DirectoryAddressOptions {
  /** `ldaps://HOST[:PORT]` or `ldap://HOST[:PORT]`. */
  url: string
  /** Whether an `ldap://` connection switches to TLS before any other request. True if absent. */
  startTls?: boolean | undefined
  /** PEM of the only authority that is trusted. If absent, the usual authorities are trusted. */
  ca?: string | undefined
  /** Accepts old TLS. */
  legacyTls?: boolean
}

/** The address of the school's directory, and how the connection protects passwords. */
export interface DirectoryAddress extends SchoolTls {
  host: string
  port: number
  protection: 'tls' | 'start-tls' | 'none'
}

/** @throws Error for an invalid address, and for one that would send passwords in clear text */
export function directoryAddress({ url, startTls, ca, legacyTls = false }: DirectoryAddressOptions): DirectoryAddress {
  const { protocol, hostname, port, pathname, search, username, password } = new URL(url)
  if (protocol !== 'ldap:' && protocol !== 'ldaps:') throw new Error('A directory is asked by ldap:// or ldaps:// only')
  if (hostname === '' || pathname.length > 1 || search || username || password)
    throw new Error(
      'The address of a directory is a host and a port: its base DN and account are settings of their own',
    )
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  if (protocol === 'ldaps:') {
    if (startTls) throw new Error('StartTLS is for ldap:// only: ldaps:// is TLS from the start')
    return { host, port: Number(port || 636), protection: 'tls', ca, legacyTls }
  }
  if (startTls === false && !isLoopback(host))
    throw new Error('A directory on another machine is asked by ldaps:// or with StartTLS: passwords go there')
  return { host, port: Number(port || 389), protection: startTls === false ? 'none' : 'start-tls', ca, legacyTls }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}
