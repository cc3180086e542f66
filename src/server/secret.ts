import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Config } from '../config/config.ts'

/** The file of the secret cannot be used. The message names the file and says what to do. */
export class SecretFileError extends Error {
  override name = 'SecretFileError'
}

/** The minimum of SECRET itself: a shorter text is not a secret, but part of a damaged one. */
const minSecretChars = 32

/**
 * Returns the configured secret, or the one that is stored next to the data.
 * @param isKnown whether the database contains its fingerprint. Only if not, a file is made. It is on disk, with its folders, on return:
 * a database that survives a power cut must not be left without its secret.
 * @throws SecretFileError
 */
export function readSecret(config: Pick<Config, 'secret' | 'database'>, isKnown: boolean): string {
  if (config.secret !== undefined) return config.secret
  const path = secretPath(config)
  try {
    if (!isKnown) keepSecret(path)
    return usable(path, findText(path))
  } catch (error) {
    if (error instanceof SecretFileError) throw error
    throw new SecretFileError(`${path}: cannot be used, check its owner and mode (0600): ${(error as Error).message}`)
  }
}

/** Where the secret is stored if SECRET is not set. */
export function secretPath({ database }: Pick<Config, 'database'>): string {
  return join(database.kind === 'sqlite' ? dirname(database.path) : 'data', 'secret')
}

function keepSecret(path: string): void {
  if (findText(path) === undefined) makeSecret(path)
  // An earlier start, or another one at the same time, may have written it without waiting for the disk.
  sync(path)
  syncFolders(path)
}

function makeSecret(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flush: true })
  try {
    // Two processes may start at once: only one link is created, and both processes read it.
    linkSync(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft)
  }
}

function usable(path: string, text: string | undefined): string {
  if (text === undefined) {
    throw new SecretFileError(`${path}: is missing, but the database was created with it: restore it from a backup`)
  }
  if (Buffer.byteLength(text) >= minSecretChars) return text
  throw new SecretFileError(
    `${path}: is ${text === '' ? 'empty' : 'too short'}: restore it from a backup. If there are no accounts yet, delete it, and a new one is created`,
  )
}

function findText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function sync(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** The folders may be new as well, made with the database. Those above the first one may belong to other users and be inaccessible. */
function syncFolders(path: string): void {
  let folder = dirname(resolve(path))
  sync(folder)
  while (folder !== dirname(folder)) {
    folder = dirname(folder)
    try {
      sync(folder)
    } catch {
      return
    }
  }
}
