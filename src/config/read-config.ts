import { transportLimits } from '../http/transport/limits.ts'
import { studentNumberForm } from '../shared/student-number-form.ts'
import {
  type Config,
  ConfigError,
  type Environment,
  type LogLevel,
  type SchoolKind,
  type SchoolLogin,
  type SettingName,
} from './config.ts'
import { conflicts } from './conflicts.ts'
import {
  addresses,
  databaseUrl,
  dayHours,
  hours,
  integer,
  minutes,
  oneOf,
  onOff,
  origin,
  origins,
  schoolAddress,
  secret,
  studentNumber,
  terms,
  text,
  timezone,
} from './setting.ts'

type Read = <T>(name: SettingName, fallback: T, parse: (text: string) => T) => T

/** Reads and validates the settings. An empty string counts as not set. @throws ConfigError */
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
    corsOrigins: read('CORS_ORIGINS', [], origins),
    tls: undefined,
    secret: read('SECRET', undefined, secret),
    secretPrevious: read('SECRET_PREVIOUS', undefined, text),
    tokenLifetime: read('TOKEN_TTL', 3600, integer(1, 31_536_000)),
    timezone: read('TIMEZONE', 'Asia/Shanghai', timezone),
    studyMaxHours: read('STUDY_MAX_HOURS', 16, hours),
    studyIdleMinutes: read('STUDY_IDLE_MINUTES', 30, minutes),
    streakMinutes: read('STREAK_MINUTES', 15, minutes),
    boardDayHours: read('BOARD_DAY_HOURS', 16, dayHours),
    terms: read('TERMS', [], terms),
    trustProxy: read('TRUST_PROXY', [], addresses),
    throttle: read('THROTTLE', true, onOff),
    web: read('WEB', true, onOff),
    limits: transportLimits,
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
  | 'studentNumber'
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
    studentNumber: read('STUDENT_NUMBER', studentNumberForm(), studentNumber),
  }
}

function tlsFiles(cert: string | undefined, key: string | undefined, faults: string[]): Config['tls'] {
  if (cert !== undefined && key !== undefined) return { cert, key }
  if (cert !== undefined) faults.push('TLS_KEY is required with TLS_CERT')
  if (key !== undefined) faults.push('TLS_CERT is required with TLS_KEY')
  return undefined
}
