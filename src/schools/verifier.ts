import type { Visitor } from './gate.ts'

/**
 * What a person submits to prove that they are a student. The password lives only as long as this object: never store,
 * log or echo it.
 */
export interface Proof {
  studentNumber: string
  schoolPassword: string
  /** A captcha that the person has read, with the school session it belongs to (see `CaptchaChallenge`). */
  answer?: { session: string; captcha: string }
}

/** Why a verification was not possible. None of these reasons is ever the student's fault. */
export type UnavailableReason =
  | 'captcha-unreadable'
  | 'captcha-refused'
  /** A person must read the captcha: request a challenge and try again with its answer. */
  | 'captcha-wanted'
  | 'busy'
  | 'resting'
  | 'timeout'
  /** No response: refused, host not found, connection lost before the response began, or an untrusted certificate. */
  | 'connection-refused'
  | 'not-understood'
  | 'redirected'
  | 'too-large'
  | 'maintenance'
  | 'fault'
  /** An unexpected response about this one login that says nothing about the school, such as an unknown status. */
  | 'login-fault'
  | 'unsupported'
  /** This service stops before the school has responded. */
  | 'stopping'

export interface Unavailable {
  outcome: 'unavailable'
  reason: UnavailableReason
  /** For the operator's log. Contains no data of the student. */
  detail?: string
  retryAfterSeconds?: number
  /** For a student who has to wait: how many are ahead, and the place to send with the next try. */
  ahead?: number
  place?: string
}

export type Verification =
  /** `studentCode` is the school's own code for the person. It proves the login and is neither stored nor shown. */
  | { outcome: 'verified'; studentCode: string }
  | { outcome: 'rejected' }
  | { outcome: 'locked' }
  | { outcome: 'step-up-wanted' }
  /** The school does not admit this person, whatever the password: frozen, disabled, graduated, or not a student. */
  | { outcome: 'not-admitted' }
  /** The person must do something at the school's own site first, such as changing a password or reading a notice. */
  | { outcome: 'action-wanted' }
  /** The person who logged in has no student number: a teacher, a guest, or an alias. */
  | { outcome: 'no-student' }
  /** The school's ticket was already used, is too old, or was never valid. No password was checked. */
  | { outcome: 'ticket-spent' }
  /** The captcha that the person read was refused, and the password was not tried. Only with `answer`. */
  | { outcome: 'captcha-wrong' }
  | Unavailable

/**
 * A captcha for the person to read. `session` is opaque text without the password. It stays on the server, or is
 * sealed when it leaves.
 */
export interface CaptchaChallenge {
  outcome: 'challenge'
  image: Uint8Array
  mediaType: string
  session: string
}

/** What was found at the school's address. */
export interface SiteLook {
  outcome: 'looked'
  /** Whether a login may be tried there. */
  fits: boolean
  /** For operators: what it is, or what is wrong with the address and how to fix it. */
  says: string
}

export interface AskOptions {
  /** Aborting it ends the login early with `timeout`. */
  signal?: AbortSignal
  /** Who reads captchas now, if that has changed since the adapter was created. */
  captchas?: 'read' | 'ask'
  /** The waiting student, if the gate keeps places in the line. */
  visitor?: Omit<Visitor, 'studentNumber'>
}

/**
 * The interface to a school's system: is this person a student here? Returns values and never throws for what a school
 * does.
 */
export interface StudentVerifier {
  verify(proof: Proof, options?: AskOptions): Promise<Verification>
  /** The school requires a captcha for some logins only, and must be asked for which. */
  readonly captchaSometimes?: boolean
  /** Who reads captchas now, if the school has them: the service or the student. */
  captchaMode?(): 'read' | 'ask'
  /** Absent if the school has no captcha. */
  issueChallenge?(options?: AskOptions): Promise<CaptchaChallenge | Unavailable>
  /** Checks the school's site without a login. Remembers what it finds out about the login. */
  look?(options?: AskOptions): Promise<SiteLook | Unavailable>
  /**
   * Called when the school rejects every student, because what was found out about its login may be wrong. Absent if
   * the adapter finds nothing out.
   */
  doubt?(): void
  close(): Promise<void>
}
