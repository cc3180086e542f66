import { type Config, type Environment, settingNames } from './config.ts'
import { isLoopback } from './setting.ts'

/** What is wrong with settings that are valid each by itself, and not together: a text for each. */
export function conflicts(config: Config, env: Environment): string[] {
  const faults: string[] = []
  if (!isLoopback(config.host) && config.publicUrl === undefined)
    faults.push('PUBLIC_URL is required when HOST is not a loopback address')
  if (config.school === 'demo') faults.push(...demoConflicts(config, env))
  else faults.push(...schoolConflicts(config))
  return faults
}

const settingsOfRealSchools = /^(SCHOOL_URL|SCHOOL_CA|LDAP_.+|CAS_.+)$/

/** The simulated school lets anyone register: it must not serve because somebody misspelt SCHOOL, or forgot it behind a proxy. */
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
  if (school === 'ldap' && ldap.baseDn === '') faults.push('LDAP_BASE_DN is required for SCHOOL=ldap')
  if ((ldap.bindDn === undefined) !== (ldap.bindPassword === undefined)) {
    faults.push('LDAP_BIND_DN and LDAP_BIND_PASSWORD are required together')
  }
  return faults
}
