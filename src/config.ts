import { conflicts } from './config-conflicts.ts'
import {
  addresses,
  type DatabaseSetting,
  databaseUrl,
  hours,
  integer,
  oneOf,
  onOff,
  origin,
  schoolAddress,
  secret,
  text,
  timezone,
} from './setting.ts'

export type SchoolKind = 'demo' | 'kingosoft' | 'ldap' | 'cas'
export type SchoolLogin = 'auto' | 'k1' | 'k2-get' | 'k2-post' | 'k3'
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'

export interface Config {
  host: string
  port: number
  database: DatabaseSetting
  /** Connections to PostgreSQL of each process, at most. */
  databasePool: number
  /** Processes that serve. */
  workers: number
  publicUrl: string | undefined
  tls: { cert: string; key: string } | undefined
  school: SchoolKind
  schoolUrl: string | undefined
  schoolLogin: SchoolLogin
  /** Who reads the school's captchas: the service, or the student. */
  schoolCaptcha: 'read' | 'ask'
  /** Path of the profile of the school's captchas. */
  schoolCaptchaProfile: string | undefined
  /** Path of the PEM file of the authority that signed the school's certificate. */
  schoolCa: string | undefined
  /** `legacy` takes old TLS from the school. */
  schoolTls: 'modern' | 'legacy'
  /** Logins in flight at once. */
  schoolConcurrency: number
  ldap: {
    baseDn: string
    filter: string | undefined
    bindDn: string | undefined
    bindPassword: string | undefined
    startTls: boolean | undefined
  }
  cas: { studentNumberAttribute: string | undefined; renew: boolean }
  secret: string | undefined
  /** In seconds. */
  tokenLifetime: number
  timezone: string
  studyMaxHours: number
  trustProxy: string[]
  throttle: boolean
  logLevel: LogLevel
}

/** Every environment variable that the service reads. */
export const settingNames = [
  ...['HOST', 'PORT', 'DATABASE_URL', 'DATABASE_POOL', 'WORKERS', 'PUBLIC_URL', 'TLS_CERT', 'TLS_KEY', 'SECRET'],
  ...['SCHOOL', 'SCHOOL_URL', 'SCHOOL_LOGIN', 'SCHOOL_CAPTCHA', 'SCHOOL_CAPTCHA_PROFILE', 'SCHOOL_CA', 'SCHOOL_TLS'],
  ...['SCHOOL_CONCURRENCY', 'LDAP_BASE_DN', 'LDAP_FILTER', 'LDAP_BIND_DN', 'LDAP_BIND_PASSWORD', 'LDAP_STARTTLS'],
  ...['CAS_STUDENT_NUMBER_ATTRIBUTE', 'CAS_RENEW', 'ALLOW_DEMO_SCHOOL', 'TOKEN_TTL', 'TIMEZONE', 'STUDY_MAX_HOURS'],
  ...['TRUST_PROXY', 'THROTTLE', 'LOG_LEVEL'],
] as const

type SettingName = (typeof settingNames)[number]
export type Environment = Record<string, string | undefined>
type Read = <T>(name: SettingName, fallback: T, parse: (text: string) => T) => T

/** Names every wrong variable, joined into one line. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/** Reads and checks the settings. Empty text counts as not set. @throws ConfigError */
export function readConfig(env: Environment): Config {
  const faults: string[] = []
  function read<T>(name: SettingName, fallback: T, parse: (text: string) => T): T {
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
    ...schoolSettings(read),
    host: read('HOST', '127.0.0.1', text),
    port: read('PORT', 5000, integer(0, 65535)),
    database: read('DATABASE_URL', { kind: 'sqlite', path: 'data/occupy.sqlite' }, databaseUrl),
    databasePool: read('DATABASE_POOL', 10, integer(1, 1000)),
    workers: read('WORKERS', 1, integer(1, 64)),
    publicUrl: read('PUBLIC_URL', undefined, origin),
    tls: undefined,
    secret: read('SECRET', undefined, secret),
    tokenLifetime: read('TOKEN_TTL', 3600, integer(1, 31_536_000)),
    timezone: read('TIMEZONE', 'Asia/Shanghai', timezone),
    studyMaxHours: read('STUDY_MAX_HOURS', 16, hours),
    trustProxy: read('TRUST_PROXY', [], addresses),
    throttle: read('THROTTLE', true, onOff),
    logLevel: read('LOG_LEVEL', 'info', oneOf<LogLevel>('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent')),
  }
  config.tls = tlsFiles(read('TLS_CERT', undefined, text), read('TLS_KEY', undefined, text), faults)
  faults.push(...conflicts(config, env))
  if (faults.length > 0) throw new ConfigError(faults.join('; '))
  return config
}

type SchoolSettings = Pick<
  Config,
  | 'school'
  | 'schoolUrl'
  | 'schoolLogin'
  | 'schoolCaptcha'
  | 'schoolCaptchaProfile'
  | 'schoolCa'
  | 'schoolTls'
  | 'schoolConcurrency'
  | 'ldap'
  | 'cas'
>

function schoolSettings(read: Read): SchoolSettings {
  return {
    school: read('SCHOOL', 'demo', oneOf<SchoolKind>('demo', 'kingosoft', 'ldap', 'cas')),
    schoolUrl: read('SCHOOL_URL', undefined, schoolAddress),
    schoolLogin: read('SCHOOL_LOGIN', 'auto', oneOf<SchoolLogin>('auto', 'k1', 'k2-get', 'k2-post', 'k3')),
    schoolCaptcha: read('SCHOOL_CAPTCHA', 'read', oneOf<'read' | 'ask'>('read', 'ask')),
    schoolCaptchaProfile: read('SCHOOL_CAPTCHA_PROFILE', undefined, text),
    schoolCa: read('SCHOOL_CA', undefined, text),
    schoolTls: read('SCHOOL_TLS', 'modern', oneOf<'modern' | 'legacy'>('modern', 'legacy')),
    schoolConcurrency: read('SCHOOL_CONCURRENCY', 2, integer(1, 64)),
    ldap: {
      baseDn: read('LDAP_BASE_DN', '', text),
      filter: read('LDAP_FILTER', undefined, text),
      bindDn: read('LDAP_BIND_DN', undefined, text),
      bindPassword: read('LDAP_BIND_PASSWORD', undefined, text),
      startTls: read<boolean | undefined>('LDAP_STARTTLS', undefined, onOff),
    },
    cas: {
      studentNumberAttribute: read('CAS_STUDENT_NUMBER_ATTRIBUTE', undefined, text),
      renew: read('CAS_RENEW', true, onOff),
    },
  }
}

function tlsFiles(cert: string | undefined, key: string | undefined, faults: string[]): Config['tls'] {
  if (cert !== undefined && key !== undefined) return { cert, key }
  if (cert !== undefined) faults.push('TLS_KEY is required with TLS_CERT')
  if (key !== undefined) faults.push('TLS_CERT is required with TLS_KEY')
  return undefined
}
