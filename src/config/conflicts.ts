import { type Config, type Environment, settingNames } from './config.ts'
import { isLoopback } from './setting.ts'

/** Faults of settings that are valid individually, but not together: one text per fault. */
export function conflicts(config: Config, env: Environment): string[] {
  const faults: string[] = []
  if (!isLoopback(config.host) && config.publicUrl === undefined)
    faults.push('PUBLIC_URL is required when HOST is not a loopback address')
  if (!config.throttle && !isLoopback(config.host))
    faults.push(
      'THROTTLE=off is only for load tests on loopback: with this HOST, others could guess passwords without limit',
    )
  if (config.school === 'demo') faults.push(...demoConflicts(config, env))
  else faults.push(...schoolConflicts(config))
  return faults
}

const settingsOfRealSchools = /^(SCHOOL_URL|SCHOOL_CA|LDAP_.+|CAS_.+)$/

/** The simulated school lets anyone register. It must not serve because SCHOOL was misspelt, or forgotten behind a proxy. */
function demoConflicts(config: Config, env: Environment): string[] {
  const faults: string[] = []
  const reachedBy = waysFromElsewhere(config)
  if (reachedBy.length > 0 && env.ALLOW_DEMO_SCHOOL !== '1') {
    faults.push(
      `SCHOOL=demo lets anyone register and is refused when the service can be reached from elsewhere (${reachedBy.join(', ')}), unless ALLOW_DEMO_SCHOOL=1`,
    )
  }
  const foreign = settingNames.filter((name) => settingsOfRealSchools.test(name) && env[name]?.trim())
  if (foreign.length > 0)
    faults.push(`SCHOOL=demo takes no ${foreign.join(', ')}: set SCHOOL to the kind of your school`)
  return faults
}

function waysFromElsewhere({ host, publicUrl, trustProxy }: Config): string[] {
  const ways: string[] = []
  if (!isLoopback(host)) ways.push('HOST')
  if (publicUrl !== undefined && !isLoopback(new URL(publicUrl).hostname)) ways.push('PUBLIC_URL')
  if (trustProxy.length > 0) ways.push('TRUST_PROXY')
  return ways
}

function schoolConflicts({ school, schoolUrl, ldap }: Config): string[] {
  const faults: string[] = []
  if (schoolUrl === undefined) faults.push(`SCHOOL_URL is required for SCHOOL=${school}`)
  else if (/^ldap/.test(schoolUrl) !== (school === 'ldap')) {
    faults.push(`SCHOOL_URL must begin with ${school === 'ldap' ? 'ldaps:// or ldap://' : 'https:// or http://'}`)
  }
  if (school === 'cas' && schoolUrl !== undefined && isPlainBeyondLoopback(schoolUrl))
    faults.push(
      'SCHOOL_URL must begin with https:// for SCHOOL=cas: over http:// an attacker on the network could pass as any student',
    )
  if (school === 'ldap' && ldap.baseDn === '') faults.push('LDAP_BASE_DN is required for SCHOOL=ldap')
  if ((ldap.bindDn === undefined) !== (ldap.bindPassword === undefined)) {
    faults.push('LDAP_BIND_DN and LDAP_BIND_PASSWORD are required together')
  }
  return faults
}

function isPlainBeyondLoopback(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'http:' && !isLoopback(hostname)
}

/** Settings that may be intended, but should not be permanent: one text each, for the log at start-up. */
export function warnings(config: Config): string[] {
  const { host, publicUrl, tls, trustProxy, throttle } = config
  const behindTls = trustProxy.length > 0 && publicUrl?.startsWith('https:') === true
  const isPlain = tls === undefined && !behindTls && !isLoopback(host)
  const found: string[] = []
  if (isPlain || (publicUrl !== undefined && isPlainBeyondLoopback(publicUrl)))
    found.push(
      'plain HTTP beyond loopback: passwords can be intercepted. Set TLS_CERT and TLS_KEY, or use a proxy with TLS',
    )
  const isPlainForBrowsers = publicUrl?.startsWith('http:') ?? (tls === undefined && trustProxy.length === 0)
  if (isPlainForBrowsers)
    found.push(
      'without HTTPS, browsers are signed in by the cookie `session` without Secure: others on the network can steal it, and another host of the domain can plant one',
    )
  if (trustProxy.length > 0 && publicUrl === undefined)
    found.push(
      'TRUST_PROXY without PUBLIC_URL: the origin of links is whatever host the proxy was asked for. Set PUBLIC_URL',
    )
  if (!throttle && waysFromElsewhere(config).length > 0)
    found.push('THROTTLE=off while the service can be reached from elsewhere: passwords can be guessed without limit')
  return found
}
