import { randomUUID } from 'node:crypto'
import type { CaptchaSource } from '../../form-login/captcha-source.ts'
import type { Login } from '../../form-login/login.ts'
import { SchoolError } from '../../school-call/school-error.ts'
import { takeStep } from '../../school-call/step.ts'
import { type Dialect, type DialectName, logonPath } from '../dialects/dialect.ts'
import { dialects } from '../dialects/dialects.ts'
import { sendLogon } from '../login.ts'
import { parseLogonAnswer, readLogonAnswer } from '../logon-answer.ts'

/** Includes `locked`, because earlier probes may have locked the account that they use. That is a judgement too. */
const judged = /^(rejected|locked|not-admitted):/

/** Also the result if a site sends a page for anything it does not know, such as a dialect or the path of K3's keys. */
const maintenanceAnswer = 'maintenance:'
/** Some sites never respond to what they do not understand. */
const timeoutAnswer = 'timeout:'
const reasonsWithoutJudgement = new Set(['fault', 'login-fault', 'not-understood', 'maintenance'])

/** Credentials that belong to no student, so that finding the dialect uses up no student's tries. */
const nobody = () => ({ studentNumber: '0000000000', schoolPassword: randomUUID() })

/** A request without credentials. It shows how a school responds to what it does not understand. */
const gibberish: Pick<Dialect, 'logon'> = {
  logon: async ({ captcha }) => ({ method: 'POST', path: logonPath, form: `randnumber=${captcha}` }),
}

/** Results of earlier trials of this search, by name. At a slow school, a login may end before all trials are done. */
export type Trials = Map<string, string>

/**
 * Returns the dialect in which the school judges the made-up credentials, with a response that differs from the one to
 * gibberish. If none stands out, returns those in which the school judges at all, the likeliest first, or an empty
 * list if there are none.
 */
export async function probeDialect(
  login: Login,
  candidates: readonly DialectName[],
  nextCaptcha: CaptchaSource,
  trials: Trials,
): Promise<readonly DialectName[]> {
  const attempt: Attempt = (name, dialect, captchas = nextCaptcha) => trial(login, trials, name, dialect, captchas)
  const misunderstood = await attempt('no dialect', gibberish)
  const answers = new Map<DialectName, string>()
  for (const name of candidates) {
    const answer = await attempt(name, dialects[name])
    if (judged.test(answer) && answer !== misunderstood) return [name]
    answers.set(name, answer)
  }
  const alike = candidates.filter((name) => judged.test(answers.get(name) ?? ''))
  const silent = candidates.filter((name) => answers.get(name) === timeoutAnswer)
  if (silent.length > 0) {
    // No dialect stood out, so the right one may be among those that timed out at a slow school. The next login tries
    // them again.
    for (const name of silent) trials.delete(name)
    throw new SchoolError('timeout', `${logonPath.slice(1)}: no answer to a trial`)
  }
  if (alike.length === 0 && misunderstood === maintenanceAnswer) {
    throw new SchoolError('maintenance', `${logonPath.slice(1)}: a page instead of JSON, whatever it was sent`)
  }
  return alike.length > 1 ? whichReadTheCaptcha(attempt, alike, nextCaptcha) : alike
}

/**
 * Among dialects with the same response, returns those in which the school notices a wrong captcha, or all of them if
 * it never does.
 */
async function whichReadTheCaptcha(attempt: Attempt, alike: readonly DialectName[], nextCaptcha: CaptchaSource) {
  const wrong = async () => (await nextCaptcha()).replace(/.$/, (last) => (last === '0' ? '1' : '0'))
  const notice: DialectName[] = []
  for (const name of alike) {
    const answer = await attempt(`${name}, a wrong captcha`, dialects[name], wrong)
    if (answer.startsWith('captcha-wrong:')) notice.push(name)
  }
  // A site that accepts forms needs no query. Each remaining dialect may cost a student one more call.
  if (notice.includes('k2-post')) return notice.filter((name) => name !== 'k2-get')
  // If nothing distinguishes them, the encrypted dialect goes first.
  return notice.length > 0 ? notice : alike.toSorted((a, b) => Number(b === 'k3') - Number(a === 'k3'))
}

type Attempt = (name: string, dialect: Pick<Dialect, 'logon'>, captchas?: CaptchaSource) => Promise<string>

async function trial(
  login: Login,
  trials: Trials,
  name: string,
  dialect: Pick<Dialect, 'logon'>,
  nextCaptcha: CaptchaSource,
): Promise<string> {
  const known = trials.get(name)
  if (known !== undefined) return known
  const captcha = await nextCaptcha()
  const send = () => answerTo(login, dialect, captcha)
  const describe = (answer: string) => `${name} with nobody's number: ${answer.split(':')[0]}`
  const answer = await takeStep(login.onStep, 'trial', send, describe)
  trials.set(name, answer)
  return answer
}

async function answerTo(login: Login, dialect: Pick<Dialect, 'logon'>, captcha: string): Promise<string> {
  try {
    const text = await sendLogon(login, dialect, nobody(), captcha)
    const { status, message } = parseLogonAnswer(text)
    return `${readLogonAnswer(text)}: ${status} ${message.replace(/\|\d+$/, '')}`
  } catch (error) {
    if (error instanceof SchoolError && reasonsWithoutJudgement.has(error.reason)) return `${error.reason}:`
    if (error instanceof SchoolError && error.reason === 'timeout' && !login.session.signal.aborted)
      return timeoutAnswer
    throw error
  }
}
