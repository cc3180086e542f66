import { constants, createPublicKey, publicEncrypt } from 'node:crypto'
import { imageType, refusePage } from '../../../src/schools/form-login/captcha-image.ts'
import { loginByReading } from '../../../src/schools/form-login/captcha-login.ts'
import { type CaptchaFate, type CaptchaReader, typedCaptcha } from '../../../src/schools/form-login/captcha-reader.ts'
import { readCaptchas } from '../../../src/schools/form-login/captcha-source.ts'
import { readChallengeSession, writeChallengeSession } from '../../../src/schools/form-login/challenge-session.ts'
import { emptyJar } from '../../../src/schools/form-login/cookies.ts'
import { defaultLimits, type Limits } from '../../../src/schools/form-login/limits.ts'
import type { Credentials, Login } from '../../../src/schools/form-login/login.ts'
import { createLoginRunner } from '../../../src/schools/form-login/login-runner.ts'
import type { Logger } from '../../../src/schools/logger.ts'
import { looksLikeHtml, saysMaintenance } from '../../../src/schools/school-call/page-text.ts'
import { SchoolError } from '../../../src/schools/school-call/school-error.ts'
import { schoolSite } from '../../../src/schools/school-call/school-site.ts'
import { takeStep } from '../../../src/schools/school-call/step.ts'
import type { AskOptions, CaptchaChallenge, StudentVerifier, Verification } from '../../../src/schools/verifier.ts'

export interface ZhengfangOptions {
  baseUrl: string
  readCaptcha: CaptchaReader
  captchaMode: 'read' | 'ask'
  limits?: Partial<Limits>
  logger: Logger
  onCaptcha?: (fate: CaptchaFate) => void
}

const PAGE = '/xtgl/login_slogin.html'
const KEY = '/xtgl/login_getPublicKey.html'
const HOME = '/xtgl/index_initMenu.html'

type Meaning = 'accepted' | 'rejected' | 'locked' | 'step-up-wanted' | 'captcha-wrong'

/** 正方 (new), as in schools.md, limited to what shows the needs of another form login. Not shipped. */
export function createZhengfangVerifier(options: ZhengfangOptions): StudentVerifier {
  const { readCaptcha, captchaMode, logger, onCaptcha = () => {} } = options
  const site = schoolSite(options.baseUrl)
  const limits = { ...defaultLimits, ...options.limits }
  const runner = createLoginRunner({
    ...{ site, loginPage: PAGE, limits, logger, now: Date.now },
    onStep: () => {},
    onTrouble: () => {},
  })

  async function verify(proof: Parameters<StudentVerifier['verify']>[0], ask?: AskOptions): Promise<Verification> {
    if (proof.answer) return verifyAnswer(proof, proof.answer, ask)
    const asksPeople = (ask?.captchas ?? captchaMode) === 'ask'
    return runner.run<Verification>(emptyJar(), ask, async (login) => {
      const read = readCaptchas(login, {
        fetch: () => fetchCaptcha(login),
        read: readCaptcha,
        onUnreadable: () => onCaptcha('unreadable'),
      })
      const nextCaptcha = () =>
        asksPeople ? Promise.reject(new SchoolError('captcha-wanted', 'the page has a captcha')) : read()
      let page = ''
      const wanted = async () => {
        page = await openPage(login)
        return wantsCaptcha(page)
      }
      const tryOnce = (captcha: string | undefined) => post(login, proof, tokenIn(page), captcha)
      return conclude(login, proof, await loginByReading({ limits, wanted, nextCaptcha, tryOnce, onCaptcha }))
    })
  }

  async function verifyAnswer(proof: Credentials, answer: { session: string; captcha: string }, ask?: AskOptions) {
    const challenge = readChallengeSession(answer.session)
    const captcha = typedCaptcha(answer.captcha)
    if (typeof challenge?.notes !== 'string' || captcha === undefined) return { outcome: 'captcha-wrong' } as const
    const { jar, notes: token } = challenge
    return runner.run<Verification>(jar, ask, async (login) => {
      const meaning = await post(login, proof, token, captcha)
      return meaning === 'captcha-wrong' ? { outcome: meaning } : conclude(login, proof, meaning)
    })
  }

  function issueChallenge(ask?: AskOptions) {
    const jar = emptyJar()
    return runner.run<CaptchaChallenge>(jar, ask, async (login) => {
      const notes = tokenIn(await openPage(login))
      const image = await fetchCaptcha(login)
      const mediaType = imageType(image) ?? 'image/jpeg'
      return { outcome: 'challenge', image, mediaType, session: writeChallengeSession({ jar, notes }) }
    })
  }

  return { verify, captchaSometimes: true, issueChallenge, close: runner.close }
}

async function openPage({ session, onStep }: Login): Promise<string> {
  const open = () => session.call({ method: 'GET', path: PAGE })
  const { text } = await takeStep(onStep, 'login page', open, ({ bytes }) => `${bytes.length} bytes`)
  if (saysMaintenance(text)) throw new SchoolError('maintenance', 'a page of maintenance')
  return text
}

const wantsCaptcha = (page: string) => /<input[^<>]*name="yzm"/.test(page)
const tokenIn = (page: string) => /name="csrftoken" value="([^"]*)"/.exec(page)?.[1] ?? ''

async function fetchCaptcha({ session, now }: Login): Promise<Uint8Array> {
  const { bytes } = await session.call({ method: 'GET', path: `/kaptcha?time=${now()}` })
  refusePage(bytes, 'kaptcha')
  return bytes
}

async function post(
  { session, now }: Login,
  { studentNumber, schoolPassword }: Credentials,
  token: string,
  captcha?: string,
) {
  const form = new URLSearchParams({ csrftoken: token, language: 'zh_CN', yhm: studentNumber })
  form.set('mm', encrypt(schoolPassword, (await session.call({ method: 'GET', path: `${KEY}?time=${now()}` })).text))
  if (captcha !== undefined) form.set('yzm', captcha)
  const answer = await session.call({
    method: 'POST',
    path: `${PAGE}?time=${now()}`,
    form: form.toString(),
    reads: [302],
  })
  if (answer.redirectsTo?.startsWith(HOME)) return 'accepted'
  if (answer.status === 302) throw new SchoolError('not-understood', 'redirected elsewhere by the login')
  return meaningOf(answer.text)
}

function encrypt(password: string, answer: string): string {
  let key: { modulus?: string; exponent?: string } = {}
  try {
    key = JSON.parse(answer)
  } catch {
    throw new SchoolError(looksLikeHtml(answer) ? 'maintenance' : 'not-understood', 'no key')
  }
  const part = (base64 = '') => Buffer.from(base64, 'base64').toString('base64url')
  const jwk = { kty: 'RSA', n: part(key.modulus), e: part(key.exponent) }
  const publicKey = createPublicKey({ key: jwk, format: 'jwk' })
  return publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, Buffer.from(password)).toString(
    'base64',
  )
}

function meaningOf(page: string): Meaning {
  const tips = /<p id="tips"[^<>]*>([^<]*)/.exec(page)?.[1] ?? ''
  if (tips.includes('用户名或密码')) return 'rejected'
  if (tips.includes('验证码')) return 'captcha-wrong'
  if (/锁定|失败次数/.test(tips)) return 'locked'
  if (tips.includes('滑动')) return 'step-up-wanted'
  throw new SchoolError(saysMaintenance(page) ? 'maintenance' : 'not-understood', 'no known message')
}

async function conclude(
  { session }: Login,
  { studentNumber }: Credentials,
  meaning: Exclude<Meaning, 'captcha-wrong'>,
): Promise<Verification> {
  if (meaning !== 'accepted') return { outcome: meaning }
  const { text } = await session.call({ method: 'GET', path: `${HOME}?jsdm=xs` })
  const code = /id="sessionUserKey" value="([^"]*)"/.exec(text)?.[1]
  if (code !== studentNumber) throw new SchoolError('login-fault', 'the session belongs to another number')
  return { outcome: 'verified', studentCode: code }
}
