import { isIP } from 'node:net'
import proxyAddr from 'proxy-addr'
import { splitHosts } from './storage/postgres-hosts.ts'

export type SchoolKind = 'demo' | 'kingosoft'
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'

export interface Config {
  host: string
  port: number
  database: { kind: 'sqlite'; path: string } | { kind: 'postgres'; url: string }
  publicUrl: string | undefined
  tls: { cert: string; key: string } | undefined
  school: SchoolKind
  schoolUrl: string | undefined
  secret: string | undefined
  /** In seconds. */
  tokenLifetime: number
  timezone: string
  studyMaxHours: number
  trustProxy: string[]
  throttle: boolean
  logLevel: LogLevel
}

type Environment = Record<string, string | undefined>

/** Names every wrong variable, joined into one line. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/** Reads and checks the settings. Empty text counts as not set. @throws ConfigError */
export function readConfig(env: Environment): Config {
  const faults: string[] = []
  function read<T>(name: string, fallback: T, parse: (text: string) => T): T {
    const text = env[name]?.trim()
    if (text === undefined || text === '') return fallback
    try {
      return parse(text)
    } catch (error) {
      faults.push(`${name} ${(error as Error).message}`)
      return fallback
    }
  }

  const config: Config = {
    host: read('HOST', '127.0.0.1', text),
    port: read('PORT', 5000, integer(0, 65535)),
    database: read('DATABASE_URL', { kind: 'sqlite', path: 'data/occupy.sqlite' }, databaseUrl),
    publicUrl: read('PUBLIC_URL', undefined, origin),
    tls: undefined,
    school: read('SCHOOL', 'demo', oneOf<SchoolKind>('demo', 'kingosoft')),
    schoolUrl: read('SCHOOL_URL', undefined, baseUrl),
    secret: read('SECRET', undefined, text),
    tokenLifetime: read('TOKEN_TTL', 3600, integer(1, 31_536_000)),
    timezone: read('TIMEZONE', 'Asia/Shanghai', timezone),
    studyMaxHours: read('STUDY_MAX_HOURS', 16, hours),
    trustProxy: read('TRUST_PROXY', [], addresses),
    throttle: read('THROTTLE', true, (value) => oneOf('on', 'off')(value) === 'on'),
    logLevel: read('LOG_LEVEL', 'info', oneOf<LogLevel>('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent')),
  }
  config.tls = tlsFiles(read('TLS_CERT', undefined, text), read('TLS_KEY', undefined, text), faults)
  faults.push(...contradictions(config, env))
  if (faults.length > 0) throw new ConfigError(faults.join('; '))
  return config
}

/** Settings that are right each by itself, and wrong together. */
function contradictions(config: Config, env: Environment): string[] {
  const faults: string[] = []
  const open = !isLoopback(config.host)
  if (open && config.publicUrl === undefined) faults.push('PUBLIC_URL is required when HOST is not a loopback address')
  if (open && config.school === 'demo' && env.ALLOW_DEMO_SCHOOL !== '1') {
    faults.push('SCHOOL=demo lets anyone register and is refused when HOST is not loopback, unless ALLOW_DEMO_SCHOOL=1')
  }
  if (config.school !== 'demo' && config.schoolUrl === undefined)
    faults.push(`SCHOOL_URL is required for SCHOOL=${config.school}`)
  return faults
}

function tlsFiles(cert: string | undefined, key: string | undefined, faults: string[]): Config['tls'] {
  if (cert !== undefined && key !== undefined) return { cert, key }
  if (cert !== undefined) faults.push('TLS_KEY is required with TLS_CERT')
  if (key !== undefined) faults.push('TLS_CERT is required with TLS_KEY')
  return undefined
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

function text(value: string): string {
  return value
}

function integer(least: number, most: number) {
  return (value: string): number => {
    if (!/^\d{1,9}$/.test(value) || Number(value) < least || Number(value) > most) {
      throw new Error(`must be a whole number from ${least} to ${most}`)
    }
    return Number(value)
  }
}

function hours(value: string): number {
  const number = Number(value)
  if (!/^\d+(\.\d+)?$/.test(value) || number <= 0 || number > 168)
    throw new Error('must be a number of hours above 0, at most 168')
  return number
}

function oneOf<T extends string>(...values: T[]) {
  return (value: string): T => {
    const found = values.find((candidate) => candidate === value)
    if (found === undefined) throw new Error(`must be one of ${values.join(', ')}`)
    return found
  }
}

function databaseUrl(value: string): Config['database'] {
  if (value.startsWith('file:') && value.length > 'file:'.length) {
    const path = value.slice('file:'.length)
    return { kind: 'sqlite', path: path.startsWith('//') ? path.slice(2) : path }
  }
  if (!/^postgres(ql)?:\/\//.test(value)) throw new Error('must be file:PATH or postgres://…')
  try {
    new URL(splitHosts(value).single)
  } catch {
    throw new Error('must be file:PATH or postgres://USER:PASSWORD@HOST[:PORT][,HOST…]/NAME')
  }
  return { kind: 'postgres', url: value }
}

function httpUrl(value: string): URL {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw new Error('must be an http:// or https:// address')
  if (url.username || url.password || url.search || url.hash) throw new Error('must hold no user, query or fragment')
  return url
}

function origin(value: string): string {
  const url = httpUrl(value)
  if (url.pathname !== '/') throw new Error('must be an origin without a path, such as https://study.example.edu')
  return url.origin
}

function baseUrl(value: string): string {
  return httpUrl(value).href.replace(/\/+$/, '')
}

function timezone(value: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone && value
  } catch {
    throw new Error('must be a time zone name such as Asia/Shanghai')
  }
}

function addresses(value: string): string[] {
  const list = value.split(',').map((address) => address.trim())
  try {
    proxyAddr.compile(list)
  } catch {
    throw new Error('must be IP addresses or networks, separated by commas')
  }
  return list
}
