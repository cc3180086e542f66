import { hkdfSync } from 'node:crypto'

export interface Keys {
  token: Buffer
  studentNumber: Buffer
  budget: Buffer
  challenge: Buffer
  ticket: Buffer
  waitingPlace: Buffer
  /** Tells one secret from another without telling it. */
  fingerprint: string
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
    fingerprint: derive('fingerprint').toString('base64url'),
  }
}
