import type { Visitor } from './gate.ts'

/** What a person offers as proof of being a student. The password lives only as long as this object: never store, log or echo it. */
export interface Proof {
  studentNumber: string
  schoolPassword: string
  /** A captcha that the person read, with the school session it belongs to (see `CaptchaChallenge`). */
  answer?: { session: string; captcha: string }
}

/** Why a school could not be asked. None of these is ever the student's fault. */
export type UnavailableReason =
  | 'captcha-unreadable'
  | 'captcha-refused'
  /** The captcha has to be read by a person: ask for a challenge and come again with its answer. */
  | 'captcha-wanted'
  | 'busy'
  | 'resting'
  | 'timeout'
  /** Nobody answered: refused, not found, broken off before an answer began, or a certificate that is not trusted. */
  | 'connection-refused'
  | 'not-understood'
  | 'redirected'
  | 'too-large'
  | 'maintenance'
  | 'fault'
  /** An answer about this one login that says nothing of the school: a status of no known meaning, say. */
  | 'login-fault'
  | 'unsupported'
  /** This service ends before the school has answered. */
  | 'stopping'

export interface Unavailable {
  outcome: 'unavailable'
  reason: UnavailableReason
  /** For the operator's log. Holds nothing of the student's. */
  detail?: string
  retryAfterSeconds?: number
  /** Of one who waits for their turn: how many come before, and the place to come back with. */
  ahead?: number
  place?: string
}

export type Verification =
  /** `studentCode` is the school's own code for the person: proof of a login, neither stored nor shown. */
  | { outcome: 'verified'; studentCode: string }
  | { outcome: 'rejected' }
  | { outcome: 'locked' }
  | { outcome: 'step-up-wanted' }
  /** The school does not let this person in, whatever the password: frozen, disabled, graduated, no student. */
  | { outcome: 'not-admitted' }
  /** The person has to do something at the school's own site first: change a password, read a notice. */
  | { outcome: 'action-wanted' }
  /** Whoever logged in has no student number: a teacher, a guest, an alias. */
  | { outcome: 'no-student' }
  /** The school's ticket was used before, or is too old, or never was one. No password was looked at. */
  | { outcome: 'ticket-spent' }
  /** The captcha that the person read was refused; the password was not tried. Only with `answer`. */
  | { outcome: 'captcha-wrong' }
  | Unavailable

/** A captcha for the person to read. `session` is opaque text without the password; it stays with the server (sealed when it leaves). */
export interface CaptchaChallenge {
  outcome: 'challenge'
  image: Uint8Array
  mediaType: string
  session: string
}

/** What stands at the school's address. */
export interface SiteLook {
  outcome: 'looked'
  /** A login may be tried there. */
  fits: boolean
  /** For operators: what it is, or what is wrong with the address and what to do. */
  says: string
}

export interface AskOptions {
  /** Aborting it ends the login early, as `timeout`. */
  signal?: AbortSignal
  /** Who reads captchas now, where that has changed since the adapter was made. */
  captchas?: 'read' | 'ask'
  /** Who waits, where a place in the line is kept for them. */
  visitor?: Omit<Visitor, 'studentNumber'>
}

/** The port to a school's system: is this person a student here? Answers values and never throws for what a school does. */
export interface StudentVerifier {
  verify(proof: Proof, options?: AskOptions): Promise<Verification>
  /** The school wants a captcha for some logins only, and has to be asked for which. */
  readonly captchaSometimes?: boolean
  /** Absent where the school has no captcha. */
  issueChallenge?(options?: AskOptions): Promise<CaptchaChallenge | Unavailable>
  /** Looks at the school's site without a login. What it sees of the way to log in, it keeps. */
  look?(options?: AskOptions): Promise<SiteLook | Unavailable>
  /** Told when the school rejects everybody: what was found out about its way of logging in may be wrong. Absent where nothing is found out. */
  doubt?(): void
  close(): Promise<void>
}
