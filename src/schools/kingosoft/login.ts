import { refusePage } from '../form-login/captcha-image.ts'
import type { Credentials, Login } from '../form-login/login.ts'
import { saysMaintenance } from '../school-call/page-text.ts'
import { SchoolError } from '../school-call/school-error.ts'
import { takeStep } from '../school-call/step.ts'
import type { Dialect } from './dialects/dialect.ts'
import { proofPath, readUserCode } from './login-proof.ts'
import { describeLogonAnswer } from './logon-answer.ts'

export const loginPagePath = '/cas/login.action'
export const captchaPath = '/cas/genValidateCode'

export async function openLoginPage({ session, onStep }: Login): Promise<string> {
  const open = () => session.call({ method: 'GET', path: loginPagePath })
  const page = await takeStep(onStep, 'login page', open, ({ bytes }) => `${bytes.length} bytes`)
  if (saysMaintenance(page.text))
    throw new SchoolError('maintenance', `${loginPagePath.slice(1)}: a page of maintenance`)
  return page.text
}

export async function fetchCaptcha({ session, now }: Login): Promise<Uint8Array> {
  const { bytes } = await session.call({ method: 'GET', path: `${captchaPath}?dateTime=${now()}` })
  refusePage(bytes, captchaPath.slice(1))
  return bytes
}

/** Calls `logon.action` once, without a retry, and returns the text of the response. */
export function tryLogon(
  login: Login,
  dialect: Pick<Dialect, 'logon'>,
  credentials: Credentials,
  captcha: string,
): Promise<string> {
  return takeStep(login.onStep, 'logon', () => sendLogon(login, dialect, credentials, captcha), describeLogonAnswer)
}

export async function sendLogon(
  { session }: Login,
  dialect: Pick<Dialect, 'logon'>,
  credentials: Credentials,
  captcha: string,
) {
  const fetchText = async (path: string) => (await session.call({ method: 'GET', path })).text
  const call = await dialect.logon({ ...credentials, captcha, sessionId: session.id }, fetchText)
  return (await session.call(call)).text
}

/** The school's code for the person, once it has accepted the login. */
export function proveLogin({ session, onStep }: Login): Promise<string> {
  const prove = async () => readUserCode((await session.call({ method: 'GET', path: proofPath })).text)
  return takeStep(onStep, 'proof', prove, () => "somebody's user code")
}
