import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Config } from '../config/config.ts'

/** The secret that is set, or the one kept beside the data, made at the first start. */
export function readSecret(config: Pick<Config, 'secret' | 'database'>): string {
  return config.secret ?? keptSecret(secretPath(config))
}

/** Where the secret is kept that is not set. */
export function secretPath({ database }: Pick<Config, 'database'>): string {
  return join(database.kind === 'sqlite' ? dirname(database.path) : 'data', 'secret')
}

function keptSecret(path: string): string {
  const found = readIfThere(path)
  if (found !== undefined) return found
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 })
  try {
    // Two processes may start at once: only one link is made, and both read it.
    linkSync(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft)
  }
  return readIfThere(path) ?? keptSecret(path)
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim() || undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
