/** Where in a login a fault strikes. `every` is each of them. */
export const faultSteps = ['login-page', 'captcha', 'key-page', 'logon', 'proof', 'every'] as const
export type FaultStep = (typeof faultSteps)[number]

/** Faults of the wire, of the web server or of a machine in between: each can strike at any step (default `logon`). */
export type WireFault =
  /** Accepts the request and never answers. */
  | { name: 'hang' }
  /** The right answer, a byte each `everyMs` (default 1000). */
  | { name: 'drip'; everyMs?: number }
  /** Waits `ms` (default 3000), then answers rightly. */
  | { name: 'slow'; ms?: number }
  /** Breaks the connection by a TCP reset. */
  | { name: 'reset' }
  /** Ends the connection without an answer. */
  | { name: 'close' }
  /** An error page with this status (default 500). */
  | { name: 'http-status'; status?: number }
  /** The HTML page of the night, with status 200. */
  | { name: 'maintenance' }
  /** 302 to the same address, for ever. */
  | { name: 'redirect-loop' }
  /** 302 to another system (default an address that no one has). */
  | { name: 'redirect-elsewhere'; location?: string }
  /** A body that does not end. */
  | { name: 'endless-body' }
  /** The right body under a wrong label (default `application/octet-stream`). */
  | { name: 'wrong-content-type'; contentType?: string }
  /** The right answer, cut off in its middle. */
  | { name: 'broken-json' }
  /** The right answer, packed though nobody asked (default `gzip`). */
  | { name: 'packed'; coding?: 'gzip' | 'deflate' }

/** Faults of the academic-affairs system itself, each with its own place. */
export type SchoolFault =
  /** 401 whatever the captcha says. With `times: n`, the first n captchas are refused. */
  | { name: 'captcha-refused' }
  /** Images that nobody can read. */
  | { name: 'captcha-unreadable' }
  /** HTML where the image should be. */
  | { name: 'captcha-not-an-image' }
  /** Half a JPEG. */
  | { name: 'captcha-truncated' }
  | { name: 'status-5000'; message?: string }
  | { name: 'status-407'; message?: string }
  | { name: 'status-410'; message?: string }
  /** This status and message, whoever it is and whatever the password. */
  | { name: 'logon-answer'; status?: string; message?: string }
  /** The account is locked, whosever it is. */
  | { name: 'locked' }
  /** 505: a code from the phone is wanted, whoever it is. */
  | { name: 'step-up' }
  /** Says 200 to a right password, and then knows nobody (`kingo.guest`). */
  | { name: 'guest' }

/** One way to misbehave. It lasts until it is taken back, or for the next `times` requests at its step. */
export type Fault = (SchoolFault | (WireFault & { at?: FaultStep })) & { times?: number }

export type FaultName = Fault['name']

const ownSteps: Record<SchoolFault['name'], FaultStep> = {
  'captcha-refused': 'logon',
  'captcha-unreadable': 'captcha',
  'captcha-not-an-image': 'captcha',
  'captcha-truncated': 'captcha',
  'status-5000': 'logon',
  'status-407': 'logon',
  'status-410': 'logon',
  'logon-answer': 'logon',
  locked: 'logon',
  'step-up': 'logon',
  guest: 'logon',
}

/** Faults of the system have a step of their own; those of the wire may strike anywhere. */
export function isSchoolFault(fault: Fault): fault is SchoolFault & { times?: number } {
  return Object.hasOwn(ownSteps, fault.name)
}

export function stepOf(fault: Fault): FaultStep {
  return isSchoolFault(fault) ? ownSteps[fault.name] : (fault.at ?? 'logon')
}

/** Holds the fault that is on, and counts down the one that ends by itself. */
export class FaultSwitch {
  private fault: Fault | undefined
  private left = Number.POSITIVE_INFINITY

  get on(): Fault | undefined {
    return this.fault
  }

  set(fault: Fault | undefined): void {
    this.fault = fault
    this.left = fault?.times ?? Number.POSITIVE_INFINITY
  }

  /** The fault that strikes this request, if one does. */
  strike(step: FaultStep | undefined): Fault | undefined {
    const { fault } = this
    if (!fault || !step) return undefined
    const place = stepOf(fault)
    if (place !== 'every' && place !== step) return undefined
    if (this.left <= 0) return undefined
    this.left--
    if (this.left === 0) this.fault = undefined
    return fault
  }
}
