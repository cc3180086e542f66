import { imageType } from '../form-login/captcha-image.ts'
import { type CaptchaFate, type CaptchaReader, typedCaptcha } from '../form-login/captcha-reader.ts'
import { readCaptchas } from '../form-login/captcha-source.ts'
import { readChallengeSession, writeChallengeSession } from '../form-login/challenge-session.ts'
import { emptyJar } from '../form-login/cookies.ts'
import { defaultLimits, type Limits } from '../form-login/limits.ts'
import type { Login } from '../form-login/login.ts'
import { createLoginRunner } from '../form-login/login-runner.ts'
import type { Logger } from '../logger.ts'
import { SchoolError } from '../school-call/school-error.ts'
import { schoolSite } from '../school-call/school-site.ts'
import { type OnStep, takeStep } from '../school-call/step.ts'
import { createStudentRun } from '../student-run.ts'
import type {
  AskOptions,
  CaptchaChallenge,
  Proof,
  SiteLook,
  StudentVerifier,
  Unavailable,
  Verification,
} from '../verifier.ts'
import type { Dialect, DialectName } from './dialects/dialect.ts'
import { dialects, isDialectName } from './dialects/dialects.ts'
import { createPageHabit, enter, unlessForThePage } from './entrance.ts'
import { loginPagePath } from './login.ts'
import { loginByAnswer, loginByGuessing, loginInDialect } from './login-flow.ts'
import { createDialectFinder, type DialectChoice } from './search/dialect-finder.ts'
import { untold } from './search/dialect-search.ts'
import { lookAtSite } from './search/site-look.ts'

export interface KingosoftOptions {
  /** Includes the web root, if the site has one. */
  baseUrl: string
  login: DialectChoice
  readCaptcha: CaptchaReader
  /** Who reads the captchas: this program or the person. */
  captchaMode: 'read' | 'ask'
  /** PEM of the private authority that signed the school's certificate. */
  ca?: string | undefined
  /** Accepts old TLS. */
  legacyTls?: boolean
  limits?: Partial<Limits>
  logger: Logger
  now?: () => number
  onStep?: OnStep
  /** Called for each captcha that this program read for a student. */
  onCaptcha?: (fate: CaptchaFate) => void
}

/** After unexpected responses about this many different students, the dialect is searched again. */
const maxOddStudents = 3

/** Verifies students by a live login at a KINGOSOFT academic-affairs system. @throws Error for an invalid address */
export function createKingosoftVerifier(
  options: KingosoftOptions,
): Required<Omit<StudentVerifier, 'captchaSometimes' | 'captchaMode'>> {
  const { readCaptcha, captchaMode, logger, now = Date.now, onStep = () => {}, onCaptcha = () => {} } = options
  const site = schoolSite(options.baseUrl, options)
  const limits = { ...defaultLimits, ...options.limits }
  const finder = createDialectFinder(options.login, site)
  const habit = createPageHabit()
  const oddStudents = createStudentRun()
  const runner = createLoginRunner({ site, loginPage: loginPagePath, limits, logger, now, onStep, onTrouble })

  function onTrouble({ reason }: SchoolError): void {
    // The site's dialect may have changed.
    if (reason === 'fault' || reason === 'not-understood') finder.forget()
  }

  /** An unexpected response about one login concerns that student; about several students, it concerns the dialect. */
  function note(result: Verification, studentNumber: string): Verification {
    if (result.outcome !== 'unavailable') oddStudents.clear()
    else if (result.reason === 'login-fault' && oddStudents.add(studentNumber) && oddStudents.size >= maxOddStudents) {
      oddStudents.clear()
      finder.forget()
    }
    return result
  }

  const verify = async (proof: Proof, ask?: AskOptions) => note(await logIn(proof, ask), proof.studentNumber)

  async function logIn(proof: Proof, ask?: AskOptions): Promise<Verification> {
    if (proof.answer) return verifyAnswer(proof, proof.answer, ask)
    if (captchaMode === 'ask') return { outcome: 'unavailable', reason: 'captcha-wanted' }
    return runner.run(emptyJar(), ask, (login) => logInByReading(login, proof))
  }

  function logInByReading(login: Login, proof: Proof): Promise<Verification> {
    const entrance = enter(login, habit)
    const fetch = entrance.fetchCaptcha
    const captchas = readCaptchas(login, { fetch, read: readCaptcha, onUnreadable: () => onCaptcha('unreadable') })
    const told = (fate: CaptchaFate) => {
      if (fate === 'refused') entrance.captchaRefused()
      onCaptcha(fate)
    }
    return unlessForThePage(habit, entrance, async () => {
      const { dialect, others } = await finder.find(login, entrance.openPage, captchas)
      const tryOne = (one: Dialect) => loginInDialect(login, one, proof, captchas, told)
      return loginByGuessing([dialect, ...others], tryOne, { verified: finder.settle, rejected: finder.postpone })
    })
  }

  async function verifyAnswer(
    proof: Proof,
    answer: NonNullable<Proof['answer']>,
    ask?: AskOptions,
  ): Promise<Verification> {
    const challenge = readChallengeSession(answer.session)
    const notes = readNotes(challenge?.notes)
    const captcha = typedCaptcha(answer.captcha)
    if (!challenge || !notes || captcha === undefined) return { outcome: 'captcha-wrong' }
    return runner.run(challenge.jar, ask, (login) =>
      unlessForThePage(habit, notes, () => loginByAnswer(login, dialects[notes.dialect], proof, captcha)),
    )
  }

  function issueChallenge(ask?: AskOptions): Promise<CaptchaChallenge | Unavailable> {
    const jar = emptyJar()
    return runner.run<CaptchaChallenge>(jar, ask, async (login) => {
      const entrance = enter(login, habit)
      const captchas = readCaptchas(login, { fetch: entrance.fetchCaptcha, read: readCaptcha, onUnreadable: () => {} })
      const { dialect, others, hinted } = await finder.find(login, entrance.openPage, captchas)
      // A captcha that a person reads is good for one try, which must not be used for a guess.
      if (others.length > 0 && !hinted) throw untold()
      const image = await entrance.fetchCaptcha()
      const mediaType = imageType(image)
      if (mediaType === undefined)
        throw new SchoolError('not-understood', 'the captcha is not an image in a known format')
      const notes: ChallengeNotes = { dialect: dialect.name, pageOpened: entrance.pageOpened }
      return { outcome: 'challenge', image, mediaType, session: writeChallengeSession({ jar, notes }) }
    })
  }

  function look(ask?: AskOptions): Promise<SiteLook | Unavailable> {
    return runner.run<SiteLook>(emptyJar(), ask, (login) => {
      const lookAround = () => lookAtSite({ login, site, detect: (page) => finder.look(login, page) })
      return takeStep(login.onStep, 'site', lookAround, ({ says }) => says)
    })
  }

  function doubt(): void {
    finder.doubt()
    habit.doubt()
  }

  return { verify, issueChallenge, look, doubt, close: runner.close }
}

interface ChallengeNotes {
  dialect: DialectName
  pageOpened: boolean
}

function readNotes(notes: unknown): ChallengeNotes | undefined {
  if (typeof notes !== 'object' || notes === null || !('dialect' in notes) || !isDialectName(notes.dialect))
    return undefined
  return { dialect: notes.dialect, pageOpened: 'pageOpened' in notes && notes.pageOpened === true }
}
