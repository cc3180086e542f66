import type { TransportLimits } from '../http/transport/limits.ts'
import type { Term } from '../shared/campus-calendar.ts'
import type { StudentNumberForm } from '../shared/student-number-form.ts'
import type { DatabaseSetting } from './setting.ts'

export type SchoolKind = 'demo' | 'kingosoft' | 'ldap' | 'cas'
export type SchoolLogin = 'auto' | 'k1' | 'k2-get' | 'k2-post' | 'k3'
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'

export interface Config {
  host: string
  port: number
  database: DatabaseSetting
  /** Maximum number of connections to PostgreSQL per process. */
  databasePool: number
  /** Number of processes that serve. */
  workers: number
  publicUrl: string | undefined
  /** Origins whose pages may use the API. */
  corsOrigins: string[]
  tls: { cert: string; key: string } | undefined
  school: SchoolKind
  schoolUrl: string | undefined
  schoolLogin: SchoolLogin
  /** Who reads the school's captchas: the service or the student. */
  schoolCaptcha: 'read' | 'ask'
  /** Path of the profile for the school's captchas. */
  schoolCaptchaProfile: string | undefined
  /** Path of the PEM file of the authority that signed the school's certificate. */
  schoolCa: string | undefined
  /** `legacy` accepts old TLS from the school. */
  schoolTls: 'modern' | 'legacy'
  /** Maximum number of concurrent logins to the school. */
  schoolConcurrency: number
  ldap: {
    baseDn: string
    filter: string | undefined
    bindDn: string | undefined
    bindPassword: string | undefined
    startTls: boolean | undefined
  }
  cas: { studentNumberAttribute: string | undefined; renew: boolean }
  studentNumber: StudentNumberForm
  secret: string | undefined
  /** The previous secret, as long as what was made with it is still accepted. */
  secretPrevious: string | undefined
  /** In seconds. */
  tokenLifetime: number
  timezone: string
  studyMaxHours: number
  studyIdleMinutes: number
  /** The minimum study time for a day to count for a streak. */
  streakMinutes: number
  /** The maximum hours of a day that count on boards. */
  boardDayHours: number
  /** In the order of their days. */
  terms: Term[]
  trustProxy: string[]
  throttle: boolean
  /** Whether the web app is served. */
  web: boolean
  limits: TransportLimits
  logLevel: LogLevel
}

/** Every environment variable that the service reads. */
export const settingNames = [
  ...['HOST', 'PORT', 'DATABASE_URL', 'DATABASE_POOL', 'WORKERS', 'PUBLIC_URL', 'CORS_ORIGINS', 'TLS_CERT', 'TLS_KEY'],
  ...['SECRET', 'SECRET_PREVIOUS'],
  ...['SCHOOL', 'SCHOOL_URL', 'SCHOOL_LOGIN', 'SCHOOL_CAPTCHA', 'SCHOOL_CAPTCHA_PROFILE', 'SCHOOL_CA', 'SCHOOL_TLS'],
  ...['SCHOOL_CONCURRENCY', 'LDAP_BASE_DN', 'LDAP_FILTER', 'LDAP_BIND_DN', 'LDAP_BIND_PASSWORD', 'LDAP_STARTTLS'],
  ...['CAS_STUDENT_NUMBER_ATTRIBUTE', 'CAS_RENEW', 'ALLOW_DEMO_SCHOOL', 'STUDENT_NUMBER', 'TOKEN_TTL', 'TIMEZONE'],
  ...['STUDY_MAX_HOURS', 'STUDY_IDLE_MINUTES', 'STREAK_MINUTES', 'BOARD_DAY_HOURS', 'TERMS'],
  ...['TRUST_PROXY', 'THROTTLE', 'WEB', 'LOG_LEVEL'],
] as const

export type SettingName = (typeof settingNames)[number]
export type Environment = Record<string, string | undefined>
/** The message names every invalid variable, in one line. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}
