import { readFileSync, writeFileSync } from 'node:fs'
import { deriveKeys } from '../../keys.ts'

/** Where the secret comes from: the value of the setting, and the path of the secret file. */
export interface SecretSource {
  set: string | undefined
  /** The previous secret. A database that still uses it switches to the secret that is set. */
  previous?: string | undefined
  path: string
}

/** The secret in the file, or undefined if the file is missing or empty. */
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
