/** The step of a login at which a fault occurs. `every` means all steps. */
export const faultSteps = ['login-page', 'captcha', 'key-page', 'logon', 'proof', 'every'] as const
export type FaultStep = (typeof faultSteps)[number]

/** Faults of the network, the web server or a proxy. Each can occur at any step (default `logon`). */
export type WireFault =
  /** Accepts the request and never responds. */
  | { name: 'hang' }
  /** The correct response, one byte every `everyMs` (default 1000). */
  | { name: 'drip'; everyMs?: number }
  /** Waits `ms` (default 3000), then sends the correct response. */
  | { name: 'slow'; ms?: number }
  /** Resets the TCP connection. */
  | { name: 'reset' }
  /** Closes the connection without a response. */
  | { name: 'close' }
  /** An error page with this status (default 500). */
  | { name: 'http-status'; status?: number }
  /** The HTML page of the nightly maintenance, with status 200. */
  | { name: 'maintenance' }
  /** Endless 302 to the same address. */
  | { name: 'redirect-loop' }
  /** 302 to another system (default: an address that does not exist). */
  | { name: 'redirect-elsewhere'; location?: string }
  /** An endless body. */
  | { name: 'endless-body' }
  /** The correct body with a wrong content type (default `application/octet-stream`). */
  | { name: 'wrong-content-type'; contentType?: string }
  /** The first half of the correct response. */
  | { name: 'broken-json' }
  /** The correct response, compressed although the client does not accept it (default `gzip`). */
  | { name: 'packed'; coding?: 'gzip' | 'deflate' }

/** Faults of the academic-affairs system itself. Each occurs at a fixed step. */
export type SchoolFault =
  /** 401 for any captcha. With `times: n`, the first n captchas are refused. */
  | { name: 'captcha-refused' }
  /** Unreadable images. */
  | { name: 'captcha-unreadable' }
  /** HTML instead of the image. */
  | { name: 'captcha-not-an-image' }
  /** Half a JPEG. */
  | { name: 'captcha-truncated' }
  | { name: 'status-5000'; message?: string }
  | { name: 'status-407'; message?: string }
  | { name: 'status-410'; message?: string }
  /** This status and message for every student and password. */
  | { name: 'logon-answer'; status?: string; message?: string }
  /** Every account is locked. */
  | { name: 'locked' }
  /** 505 for every student: a code from the phone is required. */
  | { name: 'step-up' }
  /** Responds with 200 to a correct password, but the session stays anonymous (`kingo.guest`). */
  | { name: 'guest' }

/** A fault. It lasts until it is cleared, or for the next `times` requests at its step. */
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

/** School faults have a fixed step. Wire faults can occur at any step. */
export function isSchoolFault(fault: Fault): fault is SchoolFault & { times?: number } {
  return Object.hasOwn(ownSteps, fault.name)
}

export function stepOf(fault: Fault): FaultStep {
  return isSchoolFault(fault) ? ownSteps[fault.name] : (fault.at ?? 'logon')
}

/** Holds the active fault and counts down its remaining requests. */
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

  /** The fault that affects this request, if any. */
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
