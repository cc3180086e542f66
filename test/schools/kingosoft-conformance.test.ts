import type { Limits } from '../../src/schools/form-login/limits.ts'
import { createKingosoftVerifier } from '../../src/schools/kingosoft/kingosoft.verifier.ts'
import {
  type Dialect,
  dialects,
  type Fault,
  type FaultStep,
} from '../../src/tools/simulated-school/simulated-school.ts'
import { patience } from '../support/patience.ts'
import { type ConformanceSchool, type Trouble, verifierConformance } from './conformance.ts'
import { recordingLogger } from './recording-logger.ts'
import { startReadableSchool } from './simulated-kingosoft.ts'

const hastyLimits = { callMs: 400, loginMs: 1000 }
const limits: Partial<Limits> = { callMs: patience(5000), loginMs: patience(15_000) }

const students = [
  { studentNumber: '2017010101', schoolPassword: 'canary-Pa55&=+密' },
  { studentNumber: '201701012', schoolPassword: 'canary-201701012' },
] as const

const faults: readonly [Fault, Trouble['expected'], string][] = [
  [{ name: 'hang' }, 'timeout', 'never responds'],
  [{ name: 'drip' }, 'timeout', 'sends a byte a second'],
  [{ name: 'slow', ms: 3 * hastyLimits.callMs }, 'timeout', 'responds too late'],
  [{ name: 'reset' }, 'connection-refused', 'resets the connection'],
  [{ name: 'close' }, 'connection-refused', 'closes the connection without a response'],
  [{ name: 'http-status' }, 'fault', 'responds 500'],
  [{ name: 'http-status', status: 503 }, 'maintenance', 'responds 503'],
  [{ name: 'http-status', status: 404 }, 'not-understood', 'responds 404'],
  [{ name: 'maintenance' }, 'maintenance', 'shows its nightly page'],
  [{ name: 'redirect-loop' }, 'redirected', 'redirects in a loop'],
  [{ name: 'redirect-elsewhere' }, 'redirected', 'redirects elsewhere'],
  [{ name: 'endless-body' }, 'too-large', 'sends an endless response'],
  [{ name: 'broken-json' }, 'not-understood', 'truncates its JSON'],
  [{ name: 'captcha-refused' }, 'captcha-refused', 'refuses every captcha'],
  [{ name: 'captcha-unreadable' }, 'captcha-unreadable', 'scribbles over its captchas'],
  [{ name: 'captcha-truncated' }, 'captcha-unreadable', 'sends half of its captchas'],
  [{ name: 'captcha-not-an-image' }, 'maintenance', 'sends a page instead of a captcha'],
  [{ name: 'status-5000' }, 'login-fault', 'has an internal error'],
  [{ name: 'status-407' }, 'action-wanted', 'requires the student to act first'],
  [{ name: 'status-407', message: '账号或密码有误!' }, 'rejected', 'reports a rejection as 407'],
  [{ name: 'status-410' }, 'action-wanted', 'is closed at this hour'],
  [{ name: 'status-410', message: '您的账号已锁定' }, 'locked', 'reports a lock as 410'],
  [{ name: 'logon-answer', status: '402', message: '账号已冻结' }, 'not-admitted', 'has frozen the account'],
  [{ name: 'logon-answer', status: '402', message: '密码或验证码不正确' }, 'rejected', 'names password and captcha'],
  [{ name: 'logon-answer', status: '402', message: '再错2次将锁定账号' }, 'rejected', 'warns of a lock'],
  [{ name: 'logon-answer', status: '499' }, 'login-fault', 'responds with an unknown status'],
  [{ name: 'locked' }, 'locked', 'has locked the account'],
  [{ name: 'step-up' }, 'step-up-wanted', 'requires a code from the phone'],
  [{ name: 'guest' }, 'login-fault', 'accepts a login and logs nobody in'],
]

const wire: readonly Fault['name'][] = ['hang', 'reset', 'http-status', 'redirect-loop', 'endless-body', 'maintenance']
/** The login page is not requested once the dialect is known: see kingosoft-simulated.test.ts. */
const otherSteps: readonly FaultStep[] = ['captcha', 'key-page', 'proof']

/** Every fault at its own step; connection faults at every other step too, in the dialect that has the most steps. */
function troublesOf(dialect: Dialect, setFault: (fault: Fault) => void): Trouble[] {
  const elsewhere = faults
    .filter(([{ name, ...rest }]) => dialect === 'k3' && wire.includes(name) && Object.keys(rest).length === 0)
    .flatMap(([fault, expected, name]) =>
      otherSteps.map((at) => [{ ...fault, at } as Fault, expected, `${name} at its ${at}`] as const),
    )
  return [...faults, ...elsewhere].map(([fault, expected, name]) => ({ name, expected, begin: () => setFault(fault) }))
}

async function startKingosoft(
  login: Dialect | 'auto',
  options: Parameters<typeof startReadableSchool>[0],
): Promise<ConformanceSchool> {
  const { school, readCaptcha } = await startReadableSchool({ students, ...options })
  const asked = {
    baseUrl: school.url,
    login,
    readCaptcha,
    captchaMode: 'read' as const,
    logger: recordingLogger(),
  }
  return {
    verifier: createKingosoftVerifier({ ...asked, limits }),
    hasty: createKingosoftVerifier({ ...asked, limits: hastyLimits }),
    students,
    unknownNumber: '9999999999',
    longestMs: hastyLimits.loginMs,
    troubles: troublesOf(options?.dialect ?? 'k1', school.setFault),
    recover: () => school.setFault(undefined),
    leave: school.close,
  }
}

for (const dialect of dialects) {
  verifierConformance(`KINGOSOFT ${dialect}`, () => startKingosoft(dialect, { dialect }))
}

for (const dialect of dialects) {
  verifierConformance(
    `KINGOSOFT ${dialect}, detected, in GBK without a charset, behind a load balancer, without a web root`,
    async () => ({
      ...(await startKingosoft('auto', {
        dialect,
        webRoot: '',
        encoding: 'gbk',
        labelled: false,
        sessionRoute: 'kingo',
        balancerCookie: true,
      })),
      troubles: [],
    }),
  )
}
