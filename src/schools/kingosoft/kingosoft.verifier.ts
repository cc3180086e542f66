import type { CaptchaFate } from '../captcha-monitor.ts'
import { imageType } from '../form-login/captcha-image.ts'
import type { CaptchaReader } from '../form-login/captcha-reader.ts'
import { readCaptchas } from '../form-login/captcha-source.ts'
import { emptyJar } from '../form-login/cookies.ts'
import { defaultLimits, type Limits } from '../form-login/limits.ts'
import { createLoginRunner } from '../form-login/login-runner.ts'
import type { OnStep } from '../form-login/step.ts'
import type { Logger } from '../logger.ts'
import { SchoolError } from '../school-call/school-error.ts'
import { schoolSite } from '../school-call/school-site.ts'
import { createStudentRun } from '../student-run.ts'
import type { AskOptions, CaptchaChallenge, Proof, StudentVerifier, Unavailable, Verification } from '../verifier.ts'
import { readChallengeSession, writeChallengeSession } from './challenge-session.ts'
import type { Dialect } from './dialect.ts'
import { createDialectFinder, type DialectChoice, untold } from './dialect-finder.ts'
import { fetchCaptcha, openLoginPage } from './login.ts'
import { loginByAnswer, loginByGuessing, loginByReading, typedCaptcha } from './login-flow.ts'

export interface KingosoftOptions {
  /** With the web root, where the site has one. */
  baseUrl: string
  login: DialectChoice
  readCaptcha: CaptchaReader
  /** Who reads the captchas: this program, or the person. */
  captchaMode: 'read' | 'ask'
  /** PEM of the private authority that signed the school's certificate. */
  ca?: string | undefined
  /** Old TLS is taken. */
  legacyTls?: boolean
  limits?: Partial<Limits>
  logger: Logger
  now?: () => number
  onStep?: OnStep
  /** Told of each captcha that this program read for a student. */
  onCaptcha?: (fate: CaptchaFate) => void
}

/** So many different students with an odd answer, and the dialect is found out anew. */
const ODD_STUDENTS = 3

/** Proves students by a live login at a KINGOSOFT academic-affairs system. @throws Error for an address that is none. */
export function createKingosoftVerifier(options: KingosoftOptions): Required<StudentVerifier> {
  const { readCaptcha, captchaMode, logger, now = Date.now, onStep = () => {}, onCaptcha = () => {} } = options
  const site = schoolSite(options.baseUrl, options)
  const limits = { ...defaultLimits, ...options.limits }
  const finder = createDialectFinder(options.login, site)
  const oddStudents = createStudentRun()
  const runner = createLoginRunner({ site, limits, logger, now, onStep, onTrouble })

  function onTrouble({ reason }: SchoolError): void {
    // It may be the dialect that changed.
    if (reason === 'fault' || reason === 'not-understood') finder.forget()
  }

  /** An odd answer about one login speaks of that student; about several, of the dialect. */
  function note(result: Verification, studentNumber: string): Verification {
    if (result.outcome !== 'unavailable') oddStudents.clear()
    else if (result.reason === 'login-fault' && oddStudents.add(studentNumber) && oddStudents.size >= ODD_STUDENTS) {
      oddStudents.clear()
      finder.forget()
    }
    return result
  }

  const verify = async (proof: Proof, ask?: AskOptions) => note(await logIn(proof, ask), proof.studentNumber)

  async function logIn(proof: Proof, ask?: AskOptions): Promise<Verification> {
    if (proof.answer) return verifyAnswer(proof, proof.answer, ask)
    if (captchaMode === 'ask') return { outcome: 'unavailable', reason: 'captcha-wanted' }
    return runner.run(emptyJar(), ask, async (login) => {
      const captchas = readCaptchas(login, readCaptcha, () => onCaptcha('unreadable'))
      const { dialect, others } = await finder.find(login, await openLoginPage(login), captchas)
      const tryOne = (one: Dialect) => loginByReading(login, one, proof, captchas, onCaptcha)
      return loginByGuessing([dialect, ...others], tryOne, finder.settle)
    })
  }

  async function verifyAnswer(
    proof: Proof,
    answer: NonNullable<Proof['answer']>,
    ask?: AskOptions,
  ): Promise<Verification> {
    const challenge = readChallengeSession(answer.session)
    const captcha = typedCaptcha(answer.captcha)
    if (!challenge || captcha === undefined) return { outcome: 'captcha-wrong' }
    return runner.run(challenge.jar, ask, (login) => loginByAnswer(login, challenge.dialect, proof, captcha))
  }

  function issueChallenge(ask?: AskOptions): Promise<CaptchaChallenge | Unavailable> {
    const jar = emptyJar()
    return runner.run<CaptchaChallenge>(jar, ask, async (login) => {
      const captchas = readCaptchas(login, readCaptcha, () => {})
      const { dialect, others, hinted } = await finder.find(login, await openLoginPage(login), captchas)
      // A person's one reading serves one try, which must not be spent on a guess.
      if (others.length > 0 && !hinted) throw untold()
      const { bytes: image } = await fetchCaptcha(login)
      const mediaType = imageType(image)
      if (mediaType === undefined) throw new SchoolError('not-understood', 'the captcha is no image that browsers show')
      return { outcome: 'challenge', image, mediaType, session: writeChallengeSession({ dialect, jar }) }
    })
  }

  return { verify, issueChallenge, doubt: () => finder.doubt(), close: runner.close }
}
