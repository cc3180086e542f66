import { type Fault, type FaultName, type FaultStep, faultSteps, isSchoolFault } from './fault.ts'

interface FaultForm {
  /** The meaning of PARAMETER in `NAME:PARAMETER`. */
  parameter?: string
  make(parameter: string | undefined): Fault
  does: string
}

const count = (text: string | undefined) => (text === undefined ? undefined : wholeNumber(text, 1))

function wholeNumber(text: string, least: number, most = 600_000): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least && value <= most) return value
  throw new FaultTextError(`"${text}" is not a whole number from ${least} to ${most}`)
}

export class FaultTextError extends Error {}

/** Every fault in the syntax of `--fault` and of the control address. */
export const faultForms: Record<FaultName, FaultForm> = {
  hang: { make: () => ({ name: 'hang' }), does: 'accepts the request and never answers' },
  drip: {
    parameter: 'MS',
    make: (ms) => ({ name: 'drip', everyMs: ms === undefined ? undefined : wholeNumber(ms, 1) }),
    does: 'sends the right answer a byte each MS milliseconds (1000)',
  },
  slow: {
    parameter: 'MS',
    make: (ms) => ({ name: 'slow', ms: ms === undefined ? undefined : wholeNumber(ms, 0) }),
    does: 'waits MS milliseconds (3000), then answers rightly',
  },
  reset: { make: () => ({ name: 'reset' }), does: 'breaks the connection by a TCP reset' },
  close: { make: () => ({ name: 'close' }), does: 'ends the connection without an answer' },
  'http-status': {
    parameter: 'STATUS',
    make: (status) => ({
      name: 'http-status',
      status: status === undefined ? undefined : wholeNumber(status, 400, 599),
    }),
    does: 'answers an error page with the status (500)',
  },
  maintenance: { make: () => ({ name: 'maintenance' }), does: 'answers the maintenance page, HTML with status 200' },
  'redirect-loop': { make: () => ({ name: 'redirect-loop' }), does: 'redirects to the same address, for ever' },
  'redirect-elsewhere': {
    parameter: 'URL',
    make: (location) => ({ name: 'redirect-elsewhere', location }),
    does: 'redirects to another system',
  },
  'endless-body': { make: () => ({ name: 'endless-body' }), does: 'sends blanks without end' },
  'wrong-content-type': {
    parameter: 'TYPE',
    make: (contentType) => ({ name: 'wrong-content-type', contentType }),
    does: 'labels the right body wrongly (application/octet-stream)',
  },
  'broken-json': { make: () => ({ name: 'broken-json' }), does: 'cuts the right answer off in its middle' },
  packed: {
    parameter: 'CODING',
    make: (coding) => ({ name: 'packed', coding: codingOf(coding) }),
    does: 'packs the right answer by gzip (or deflate) though nobody asked',
  },
  'captcha-refused': {
    parameter: 'N',
    make: (times) => ({ name: 'captcha-refused', times: count(times) }),
    does: 'refuses every captcha (401), or the next N',
  },
  'captcha-unreadable': {
    parameter: 'N',
    make: (times) => ({ name: 'captcha-unreadable', times: count(times) }),
    does: 'draws captchas that nobody can read, always or the next N times',
  },
  'captcha-not-an-image': {
    make: () => ({ name: 'captcha-not-an-image' }),
    does: 'answers HTML in place of the captcha',
  },
  'captcha-truncated': { make: () => ({ name: 'captcha-truncated' }), does: 'sends half a JPEG' },
  'status-5000': messageForm('status-5000', 'a fault of the system'),
  'status-407': messageForm('status-407', 'a message of undocumented meaning'),
  'status-410': messageForm('status-410', 'a message of undocumented meaning'),
  'logon-answer': {
    parameter: 'STATUS MESSAGE',
    make: logonAnswer,
    does: 'logon.action answers this status and message, whatever the password (402)',
  },
  locked: { make: () => ({ name: 'locked' }), does: 'says that the account is locked, whosever it is' },
  'step-up': { make: () => ({ name: 'step-up' }), does: 'wants a code from the phone (505)' },
  guest: { make: () => ({ name: 'guest' }), does: 'says 200 to a right password, and then knows nobody (kingo.guest)' },
}

function messageForm(name: 'status-5000' | 'status-407' | 'status-410', does: string): FaultForm {
  return {
    parameter: 'MESSAGE',
    make: (message) => ({ name, message }),
    does: `logon.action answers this status: ${does}`,
  }
}

function codingOf(text: string | undefined): 'gzip' | 'deflate' {
  if (text === undefined || text === 'gzip') return 'gzip'
  if (text === 'deflate') return text
  throw new FaultTextError(`"${text}" is neither gzip nor deflate`)
}

function logonAnswer(text = '402'): Fault {
  const [, status, message = ''] = /^(\d{1,6})(?: (.*))?$/s.exec(text) ?? []
  if (status === undefined) throw new FaultTextError(`"${text}" does not begin with a status`)
  return { name: 'logon-answer', status, message }
}

/**
 * Reads `NAME[:PARAMETER][@STEP][,times=N]`, as in `slow:500@captcha,times=2`.
 * @throws {FaultTextError} with a one-line message that describes the error
 */
export function parseFault(text: string): Fault {
  const [, name = '', parameter, step, times] = /^([^:@,]*)(?::(.*?))?(?:@([^@,]*))?(?:,times=(.*))?$/s.exec(text) ?? []
  if (!isFaultName(name)) throw new FaultTextError(`no fault is called "${name || text}"`)
  const form = faultForms[name]
  if (parameter !== undefined && !form.parameter) throw new FaultTextError(`${name} takes no parameter`)
  const fault = form.make(parameter)
  const limited = times === undefined ? fault : { ...fault, times: count(times) }
  return step === undefined ? limited : at(limited, step)
}

function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(faultForms, name)
}

function at(fault: Fault, step: string): Fault {
  if (!isFaultStep(step)) throw new FaultTextError(`no step is called "${step}" (${faultSteps.join(', ')})`)
  if (isSchoolFault(fault)) throw new FaultTextError(`${fault.name} has its own step`)
  return { ...fault, at: step }
}

function isFaultStep(step: string): step is FaultStep {
  return faultSteps.some((known) => known === step)
}
