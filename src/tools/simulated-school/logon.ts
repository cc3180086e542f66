import { type Dialect, type LogonAttempt, type LogonRequest, readLogon } from './dialect.ts'
import type { Fault } from './faults/fault.ts'
import type { Session } from './session.ts'
import { describes } from './students/password-traits.ts'
import type { StudentRegister, Verdict } from './students/student-register.ts'

/** The response of `logon.action`. All values are strings, as in the real one. */
export interface LogonWord {
  status: string
  message: string
  result?: string
}

export interface LogonDesk {
  dialect: Dialect
  webRoot: string
  register: StudentRegister
}

const garbled: LogonWord = { status: '5000', message: '系统异常，请与管理员联系!' }
export const captchaRefused: LogonWord = { status: '401', message: '验证码有误!' }
const phoneCodeWanted: LogonWord = { status: '505', message: '138****0000' }

/** Handles one login attempt. It consumes the session's captcha and key, even if it fails. */
export function logon(desk: LogonDesk, request: LogonRequest, session: Session, fault: Fault | undefined): LogonWord {
  const attempt = readLogon(desk.dialect, request, session)
  const { captcha } = session
  delete session.captcha
  delete session.key
  const forced = forcedWord(fault)
  if (forced) return forced
  if (!attempt) return garbled
  if (attempt.captcha.toLowerCase() !== captcha?.toLowerCase()) return captchaRefused
  const verdict = desk.register.judge(attempt.studentNumber, attempt.digest, attempt.captcha)
  if (verdict.kind !== 'right') return wordOf(verdict)
  if (!isHonest(attempt, verdict)) return garbled
  if (fault?.name !== 'guest') session.student = verdict.student
  return { status: '200', message: '操作成功!', result: `${desk.webRoot}/MainFrm.html` }
}

/** If the digest is right but the description of the password is wrong, the client has a bug. */
function isHonest({ traits }: LogonAttempt, { student }: Verdict & { kind: 'right' }): boolean {
  return traits === undefined || describes(traits, student)
}

function wordOf(verdict: Exclude<Verdict, { kind: 'right' }>): LogonWord {
  if (verdict.kind === 'step-up') return phoneCodeWanted
  if (verdict.kind === 'wrong') return { status: '402', message: `账号或密码有误!|${verdict.tries}` }
  return { status: '402', message: `账号已被锁定，请于${verdict.minutes}分钟后再试!|5` }
}

function forcedWord(fault: Fault | undefined): LogonWord | undefined {
  switch (fault?.name) {
    case 'captcha-refused':
      return captchaRefused
    case 'status-5000':
      return { status: '5000', message: fault.message ?? garbled.message }
    case 'status-407':
      return { status: '407', message: fault.message ?? '请先完成学期注册!' }
    case 'status-410':
      return { status: '410', message: fault.message ?? '当前时段不开放登录!' }
    case 'logon-answer':
      return { status: fault.status ?? '402', message: fault.message ?? '' }
    case 'locked':
      return wordOf({ kind: 'locked', minutes: 30 })
    case 'step-up':
      return phoneCodeWanted
    default:
      return undefined
  }
}
