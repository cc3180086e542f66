import { readFileSync, writeFileSync } from 'node:fs'
import { deriveKeys } from '../../keys.ts'

/** What is known of the secret: the one that is set, and the place of the one that is kept. */
export interface SecretSource {
  set: string | undefined
  /** The one before, from which a database goes over to the one that is set. */
  previous?: string | undefined
  path: string
}

/** The secret in the file, or undefined where there is none or an empty one. */
export function readSecretFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim() || undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

export function writeSecretFile(path: string, secret: string): void {
  writeFileSync(path, `${secret}\n`, { mode: 0o600, flag: 'wx', flush: true })
}

export function belongsTo(fingerprint: string, secret: string | undefined): boolean {
  return secret !== undefined && deriveKeys(secret).fingerprint === fingerprint
}
