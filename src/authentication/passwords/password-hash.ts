import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'
import { createHashingQueue } from '../guessing/hashing-queue.ts'

const argon2Async = promisify(argon2)

/** Hashing is expensive by design: limit it, so that processor time is left for everything else. */
const queue = createHashingQueue({
  concurrency: Math.min(2, availableParallelism()),
  // About two seconds of work. A later job would wait longer than people do.
  maxWaiting: 100,
  retryAfterSeconds: 3,
})
/** The owner in the queue for the operator's commands. */
const operator = 'operator'

/** OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, two passes, one lane. Only tests that aren't about passwords lower it. */
export const hashCost = { memory: 19_456, passes: 2, parallelism: 1 }
const tagBytes = 32

interface PhcString {
  memory: number
  passes: number
  parallelism: number
  nonce: Buffer
  tag: Buffer
}

export interface HashOptions {
  /** The owner in the queue. */
  network?: string
  /** Runs before all waiting jobs. Use it only for work whose amount is limited elsewhere. */
  isPromised?: boolean
}

/**
 * Hashes the password in NFC, because devices compose letters differently.
 * @throws DomainError `busy` if too many jobs are waiting
 */
export async function hashPassword(password: string, options: HashOptions = {}): Promise<string> {
  const nonce = randomBytes(16)
  const tag = await derive(
    { ...hashCost, message: utf8(password.normalize('NFC')), nonce, tagLength: tagBytes },
    options,
  )
  return phcString(nonce, tag)
}

function phcString(nonce: Buffer, tag: Buffer): string {
  const { memory, passes, parallelism } = hashCost
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(nonce)}$${base64(tag)}`
}

function derive(
  parameters: Argon2Parameters,
  { network = operator, isPromised = false }: HashOptions,
): Promise<Buffer> {
  return queue.run(network, () => argon2Async('argon2id', parameters), { isPromised })
}

/** `outdated`: right, but not hashed as `hashPassword` does today. */
export type PasswordVerdict = 'wrong' | 'right' | 'outdated'

/**
 * Tries the password in NFC, then as it was sent, because older hashes are of that form.
 * @throws DomainError `busy` if too many jobs are waiting
 */
export async function verifyPassword(password: string, stored: string, network: string): Promise<PasswordVerdict> {
  const composed = password.normalize('NFC')
  if (await matches(composed, stored, network)) return isOutgrown(stored) ? 'outdated' : 'right'
  return password !== composed && (await matches(password, stored, network)) ? 'outdated' : 'wrong'
}

async function matches(password: string, stored: string, network: string): Promise<boolean> {
  const { tag, ...parameters } = parse(stored)
  const derived = await derive({ ...parameters, message: utf8(password), tagLength: tag.length }, { network })
  return timingSafeEqual(derived, tag)
}

/** Whether the hash was computed with lower parameters than new ones. */
function isOutgrown(stored: string): boolean {
  const { memory, passes, parallelism } = parse(stored)
  return memory < hashCost.memory || passes < hashCost.passes || parallelism < hashCost.parallelism
}

/** A hash that no password matches, so that an unknown user costs the same work as a wrong password. */
export function dummyHash(): string {
  return phcString(randomBytes(16), randomBytes(tagBytes))
}

function parse(stored: string): PhcString {
  const parts = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(stored)
  if (parts === null) throw new Error('a stored password hash is not a PHC string of argon2id')
  const [, memory, passes, parallelism, nonce = '', tag = ''] = parts
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    nonce: Buffer.from(nonce, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  }
}

function utf8(password: string): Buffer {
  return Buffer.from(password, 'utf8')
}

/** PHC strings use base64 without padding. */
function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
