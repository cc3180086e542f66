import { isIP } from 'node:net'
import proxyAddr from '@fastify/proxy-addr'
import { isSafePattern } from 'redos-detector'
import { parseDay, type Term } from '../shared/campus-calendar.ts'
import { type StudentNumberForm, studentNumberForm } from '../shared/student-number-form.ts'
import { splitHosts } from '../storage/postgres/postgres-hosts.ts'

export type DatabaseSetting = { kind: 'sqlite'; path: string } | { kind: 'postgres'; url: string }

// Each function parses the text of one setting, and throws an Error that says what the text must be.

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'))
}

export function text(value: string): string {
  return value
}

const minSecretBytes = 32

export function secret(value: string): string {
  if (Buffer.byteLength(value) < minSecretBytes)
    throw new Error(`must have at least ${minSecretBytes} bytes, such as the output of: openssl rand -base64 32`)
  return value
}

export function integer(least: number, most: number) {
  return (value: string): number => {
    if (!/^\d{1,9}$/.test(value) || Number(value) < least || Number(value) > most) {
      throw new Error(`must be a whole number from ${least} to ${most}`)
    }
    return Number(value)
  }
}

export function onOff(value: string): boolean {
  return oneOf('on', 'off')(value) === 'on'
}

export function hours(value: string): number {
  const number = Number(value)
  if (!/^\d+(\.\d+)?$/.test(value) || number <= 0 || number > 168)
    throw new Error('must be a number of hours above 0, at most 168')
  return number
}

export function dayHours(value: string): number {
  const number = Number(value)
  if (!/^\d+(\.\d+)?$/.test(value) || number <= 0 || number > 25)
    throw new Error('must be a number of hours above 0, at most 25')
  return number
}

export function minutes(value: string): number {
  const number = Number(value)
  if (!/^\d+(\.\d+)?$/.test(value) || number <= 0 || number > 1440)
    throw new Error('must be a number of minutes above 0, at most 1440')
  return number
}

export function oneOf<T extends string>(...values: T[]) {
  return (value: string): T => {
    const found = values.find((candidate) => candidate === value)
    if (found === undefined) throw new Error(`must be one of ${values.join(', ')}`)
    return found
  }
}

export function databaseUrl(value: string): DatabaseSetting {
  if (value.startsWith('file:') && value.length > 'file:'.length) {
    const path = value.slice('file:'.length)
    return { kind: 'sqlite', path: path.startsWith('//') ? path.slice(2) : path }
  }
  if (!/^postgres(ql)?:\/\//.test(value)) throw new Error('must be file:PATH or postgres://…')
  try {
    for (const { url } of splitHosts(value)) new URL(url)
  } catch {
    throw new Error('must be file:PATH or postgres://USER:PASSWORD@HOST[:PORT][,HOST…]/NAME')
  }
  return { kind: 'postgres', url: value }
}

/** Up to `maxScore` ways to match one text are harmless. The search for them ends after `maxSteps`. */
const patternBounds = { unicode: true, maxScore: 1000, maxSteps: 20_000, timeout: 3000 }

export function studentNumber(value: string): StudentNumberForm {
  const [form, safe] = tryPattern(value)
  if (!safe) throw new Error('can take too long to match: bound its repetitions and nest none, as in [A-Z]?[0-9]{6,12}')
  return form
}

function tryPattern(value: string): [form: StudentNumberForm, safe: boolean] {
  try {
    return [studentNumberForm(value), isSafePattern(`^(?:${value})$`, patternBounds).safe]
  } catch {
    throw new Error('must be a regular expression for the whole number, such as [0-9]{9,10}')
  }
}

function httpUrl(value: string): URL {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw new Error('must be an http:// or https:// address')
  if (url.username || url.password || url.search || url.hash) throw new Error('must not have a user, query or fragment')
  return url
}

export function origin(value: string): string {
  const url = httpUrl(value)
  if (url.pathname !== '/') throw new Error('must be an origin without a path, such as https://study.example.edu')
  return url.origin
}

const browserOrigin = /^[a-z][a-z0-9+.-]*:\/\/(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d+)?$/

/** Origins as browsers write them, including an app's own scheme. */
export function origins(value: string): string[] {
  return value.split(',').map((each) => {
    const written = /^https?:/i.test(each.trim()) ? origin(each.trim()) : each.trim()
    if (!browserOrigin.test(written))
      throw new Error('must be origins separated by commas, such as https://app.example.edu')
    return written
  })
}

export function schoolAddress(value: string): string {
  const isDirectory = /^ldaps?:\/\/[^/?#@]+\/?$/.test(value) && URL.canParse(value)
  return (isDirectory ? value : httpUrl(value).href).replace(/\/+$/, '')
}

export function timezone(value: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone && value
  } catch {
    throw new Error('must be a time zone name such as Asia/Shanghai')
  }
}

const termsForm = 'must be NAME:FIRST_DAY:LAST_DAY, separated by commas, such as 2026秋:2026-09-01:2027-01-15'

/** Sorted by their days. */
export function terms(value: string): Term[] {
  const list = value
    .split(',')
    .map(term)
    .sort((one, other) => one.first - other.first)
  for (const [index, { name, first }] of list.entries()) {
    const before = list[index - 1]
    if (before && before.last >= first) throw new Error(`has two terms that overlap: ${before.name}, ${name}`)
  }
  if (new Set(list.map(({ name }) => name)).size < list.length) throw new Error('has two terms of the same name')
  return list
}

function term(value: string): Term {
  const [, name = '', from = '', to = ''] = /^([^:]{1,40}):([^:]+):([^:]+)$/.exec(value.trim()) ?? []
  const [first, last] = [parseDay(from), parseDay(to)]
  if (name.trim() === '' || first === undefined || last === undefined) throw new Error(termsForm)
  if (last < first) throw new Error(`has a term that ends before it begins: ${name}`)
  return { name: name.trim(), first, last }
}

export function addresses(value: string): string[] {
  const list = value.split(',').map((address) => address.trim())
  try {
    proxyAddr.compile(list)
  } catch {
    throw new Error('must be IP addresses or networks, separated by commas')
  }
  return list
}
