import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Config } from '../config/config.ts'

/** The secret's file cannot be used. The message names the file and says what to do. */
export class SecretFileError extends Error {
  override name = 'SecretFileError'
}

/** As SECRET itself: shorter text is no secret but what is left of one. */
const shortestSecret = 32

/**
 * The secret that is set, or the one kept beside the data.
 * @param isKnown whether the database holds its fingerprint. Only before that is a file made. It is on disk, with its folders, on return:
 * a database that outlives a power cut must not be left without its secret.
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

/** Where the secret is kept that is not set. */
export function secretPath({ database }: Pick<Config, 'database'>): string {
  return join(database.kind === 'sqlite' ? dirname(database.path) : 'data', 'secret')
}

function keepSecret(path: string): void {
  if (findText(path) === undefined) makeSecret(path)
  // An earlier start, or another one at this moment, may have written it and not waited for the disk.
  sync(path)
  syncFolders(path)
}

function makeSecret(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flush: true })
  try {
    // Two processes may start at once: only one link is made, and both read it.
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
  if (Buffer.byteLength(text) >= shortestSecret) return text
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

/** The folders may be new too, made with the database. Above the first one they may belong to others, who keep them closed. */
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
