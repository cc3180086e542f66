import type pg from 'pg'
import { postgresDriver } from './postgres-driver.ts'

export interface PostgresAddress {
  host: string
  port: number
}

/** The addresses named in `postgres://user@a:1,b:2/name` in their order, and the same URL with the first one only. */
export function splitHosts(url: string): { single: string; addresses: PostgresAddress[] } {
  const parts = /^(postgres(?:ql)?:\/\/(?:[^@/]*@)?)([^/?]+)(.*)$/.exec(url)
  if (parts === null) throw new Error('not a postgres:// URL with a host')
  const [, head = '', authority = '', tail = ''] = parts
  const addresses = authority.split(',').map(parseAddress)
  return { single: `${head}${authority.split(',')[0]}${tail}`, addresses }
}

function parseAddress(text: string): PostgresAddress {
  const parts = /^(\[[0-9a-fA-F:]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(text)
  const port = Number(parts?.[2] ?? 5432)
  if (parts?.[1] === undefined || port < 1 || port > 65535)
    throw new Error('a host of the postgres:// URL is malformed')
  return { host: parts[1].replace(/^\[|\]$/g, ''), port }
}

/** A pg client class that tries the addresses in turn, the last good one first: a new client begins where the primary was seen. */
export function clientForHosts(addresses: PostgresAddress[]): { Client: typeof pg.Client; turn(): void } {
  let current = 0
  class HostClient extends postgresDriver().Client {
    constructor(config?: pg.ClientConfig) {
      super({ ...config, ...addresses[current % addresses.length] })
    }
  }
  return { Client: HostClient, turn: () => void current++ }
}
