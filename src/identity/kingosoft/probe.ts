import { randomUUID } from 'node:crypto'
import { SchoolTrouble } from '../school-call/school-trouble.ts'
import type { CaptchaSource } from './captcha-source.ts'
import { type Dialect, type DialectName, LOGON } from './dialect.ts'
import { dialects } from './dialects.ts'
import { type Login, sendLogon } from './login.ts'
import { parseLogonAnswer, readLogonAnswer } from './logon-answer.ts'
import { takeStep } from './step.ts'

/** Nobody's account may have been locked by earlier probes: that is a judgement too. */
const JUDGED = /^(rejected|locked):/

/** Nobody's login, for asking which dialect is understood at no student's cost. */
const nobody = () => ({ studentNumber: '0000000000', schoolPassword: randomUUID() })

/** The same without anybody: how a school answers what it does not understand. */
const gibberish: Pick<Dialect, 'logon'> = {
  logon: async ({ captcha }) => ({ method: 'POST', path: LOGON, form: `randnumber=${captcha}` }),
}

/**
 * The dialect in which the school judges nobody's password, and does so in other words than it has for gibberish.
 * Undefined when none stands out.
 */
export async function probeDialect(
  login: Login,
  candidates: readonly DialectName[],
  nextCaptcha: CaptchaSource,
): Promise<DialectName | undefined> {
  const attempt = async (name: string, dialect: Pick<Dialect, 'logon'>) => {
    const captcha = await nextCaptcha()
    const send = () => answerTo(login, dialect, captcha)
    return takeStep(login.onStep, 'trial', send, (answer) => `${name} with nobody's number: ${answer.split(':')[0]}`)
  }
  const misunderstood = await attempt('no dialect', gibberish)
  for (const name of candidates) {
    const answer = await attempt(name, dialects[name])
    if (JUDGED.test(answer) && answer !== misunderstood) return name
  }
  return undefined
}

async function answerTo(login: Login, dialect: Pick<Dialect, 'logon'>, captcha: string): Promise<string> {
  try {
    const text = await sendLogon(login, dialect, nobody(), captcha)
    const { status, message } = parseLogonAnswer(text)
    return `${readLogonAnswer(text)}: ${status} ${message.replace(/\|\d+$/, '')}`
  } catch (error) {
    if (error instanceof SchoolTrouble && ['fault', 'not-understood'].includes(error.reason)) return `${error.reason}:`
    throw error
  }
}
