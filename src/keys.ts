import { hkdfSync } from 'node:crypto'

export interface Keys {
  token: Buffer
  studentNumber: Buffer
  budget: Buffer
  challenge: Buffer
  ticket: Buffer
  waitingPlace: Buffer
  idempotency: Buffer
  boardCursor: Buffer
  live: Buffer
  /** Seals the key of student numbers if that was not derived from this secret. */
  studentNumberSeal: Buffer
  /** Identifies the secret without revealing it. */
  fingerprint: string
  /** Keys of the previous secret, which are still accepted. */
  previous?: Keys
}

/** One key per purpose, so that no key reveals another. */
export function deriveKeys(secret: string): Keys {
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', secret, 'occupy-the-library', purpose, 32))
  return {
    token: derive('token'),
    studentNumber: derive('student number'),
    budget: derive('budget'),
    challenge: derive('challenge'),
    ticket: derive('registration ticket'),
    waitingPlace: derive('waiting place'),
    idempotency: derive('idempotency keys'),
    boardCursor: derive('board cursor'),
    live: derive('live'),
    studentNumberSeal: derive('student number seal'),
    fingerprint: derive('fingerprint').toString('base64url'),
  }
}
