import { hkdfSync } from 'node:crypto'

export interface Keys {
  token: Buffer
  studentNumber: Buffer
  budget: Buffer
  challenge: Buffer
  ticket: Buffer
  waitingPlace: Buffer
  /** Seals the key of student numbers where it is not this secret's own. */
  studentNumberSeal: Buffer
  /** Tells one secret from another without telling it. */
  fingerprint: string
  /** Of the secret before: what was made under it is still taken. */
  previous?: Keys
}

/** One key for each purpose, so that none gives another away. */
export function deriveKeys(secret: string): Keys {
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', secret, 'occupy-the-library', purpose, 32))
  return {
    token: derive('token'),
    studentNumber: derive('student number'),
    budget: derive('budget'),
    challenge: derive('challenge'),
    ticket: derive('registration ticket'),
    waitingPlace: derive('waiting place'),
    studentNumberSeal: derive('student number seal'),
    fingerprint: derive('fingerprint').toString('base64url'),
  }
}
