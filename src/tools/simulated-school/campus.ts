import type { drawCaptcha } from './captcha/captcha-image.ts'
import type { LogonRequest } from './dialect.ts'
import { freshKey } from './encryption/k3-envelope.ts'
import type { Fault, FaultStep } from './faults/fault.ts'
import { captchaRefused, type LogonDesk, logon } from './logon.ts'
import { type Answer, json, page, type Wording } from './pages/answer.ts'
import { loginPage } from './pages/login-page.ts'
import { errorPage, framesPage, guestPage } from './pages/pages.ts'
import { type Random, textOf } from './random.ts'
import type { Session } from './session.ts'
import { userCodeOf } from './students/student.ts'

export interface Campus extends LogonDesk {
  wording: Wording
  random: Random
  draw: typeof drawCaptcha
  now: () => number
  seen: Seen
}

export interface Seen {
  /** Logins that the school accepted. */
  logins: number
  captchas: number
  wrongPasswords: number
  refusedCaptchas: number
  /** Calls of `logon.action`, successful or not. */
  logons: number
  /** The largest number of concurrent requests. */
  mostAtOnce: number
}

export interface Visit extends LogonRequest {
  session: Session
}

type Step = Exclude<FaultStep, 'every'>
type Desk = (campus: Campus, visit: Visit, fault: Fault | undefined) => Answer

const steps: Record<string, { step: Step; answer: Desk }> = {
  '/cas/login.action': { step: 'login-page', answer: showLoginPage },
  '/cas/genValidateCode': { step: 'captcha', answer: handOutCaptcha },
  '/custom/js/SetKingoEncypt.jsp': { step: 'key-page', answer: handOutKey },
  '/cas/logon.action': { step: 'logon', answer: takeLogon },
  '/jw/common/showYearTerm.action': { step: 'proof', answer: showYearTerm },
  '/MainFrm.html': { step: 'proof', answer: showFrames },
}

/** The step of a login that a path below the web root belongs to. Undefined for an unknown path. */
export function stepAt(path: string): { step: Step; answer: Desk } | undefined {
  return Object.hasOwn(steps, path) ? steps[path] : undefined
}

function showLoginPage({ dialect, webRoot, wording, now }: Campus, { session }: Visit): Answer {
  const charsetName = wording.charset === 'gbk' ? 'GBK' : 'UTF-8'
  return page(loginPage({ dialect, webRoot, sessionId: session.id, charsetName, now: now() }), wording)
}

function handOutCaptcha(campus: Campus, { session }: Visit, fault: Fault | undefined): Answer {
  campus.seen.captchas++
  session.captcha = textOf(campus.random, '0123456789', 4)
  if (fault?.name === 'captcha-not-an-image') return page(errorPage(200), campus.wording)
  const image = campus.draw(session.captcha, campus.random, fault?.name === 'captcha-unreadable')
  const body = fault?.name === 'captcha-truncated' ? image.subarray(0, image.length / 2) : image
  return { status: 200, headers: { 'content-type': 'image/jpeg', 'cache-control': 'no-cache' }, body }
}

function handOutKey(campus: Campus, { session }: Visit): Answer {
  if (campus.dialect !== 'k3') return page(errorPage(404), campus.wording, 404)
  session.key = freshKey(campus.random, campus.now())
  const { deskey, nowtime } = session.key
  return page(`\r\n\r\nvar _deskey = '${deskey}';\r\nvar _nowtime = '${nowtime}';\r\n`, campus.wording)
}

function takeLogon(campus: Campus, visit: Visit, fault: Fault | undefined): Answer {
  campus.seen.logons++
  const word = logon(campus, visit, visit.session, fault)
  if (word.status === '200') campus.seen.logins++
  if (word.status === captchaRefused.status) campus.seen.refusedCaptchas++
  campus.seen.wrongPasswords = campus.register.wrongPasswords
  return json(word, campus.wording)
}

function showYearTerm({ wording }: Campus, { session }: Visit): Answer {
  const userCode = session.student ? userCodeOf(session.student) : 'kingo.guest'
  return json({ userCode, xn: '2016', xn1: '2017', xqM: '1', xqName: '第二学期' }, wording)
}

function showFrames({ wording, webRoot }: Campus, { session }: Visit): Answer {
  return page(session.student ? framesPage(webRoot) : guestPage(webRoot), wording)
}
