import type { CaptchaMode, CaptchaMonitor } from './captcha-monitor.ts'
import { startDeadline } from './deadline.ts'
import type { Gate } from './gate.ts'
import type { Logger } from './logger.ts'
import { createRejectionWatch, type RejectionWatch } from './rejection-watch.ts'
import { createSchoolBreaker } from './school-breaker.ts'
import { createSemaphore } from './semaphore.ts'
import type { AskOptions, Proof, StudentVerifier, Unavailable, Verification } from './verifier.ts'
import { VerifierCounts, type VerifierMetrics } from './verifier-metrics.ts'

export interface GuardOptions {
  logger: Logger
  /**
   * Visitors whom it lets in may log in. By default a gate for this process only, with `concurrency` and
   * `queueLength`.
   */
  gate?: Gate | undefined
  /** Logins that may be in flight at once. */
  concurrency?: number
  /** Logins that may wait for one in flight to end. */
  queueLength?: number
  /** How long a login waits at the gate. */
  queueWaitMs?: number
  /** The longest time until a result, including the queue. */
  totalMs?: number
  /** Logins in a row that must find the school down before the breaker opens. */
  failures?: number
  restMs?: number
  /** Absent if the school has no captcha. */
  captchas?: CaptchaMonitor
  /** Aborted when the service stops. Waiting logins then get a result, and the school is no longer asked. */
  stopping?: AbortSignal | undefined
  /** False if the proof's student number is not a real one and differs with each login. */
  knowsStudents?: boolean
  /** Called with the duration of each login, including the queue. */
  onLogin?: (seconds: number) => void
}

export interface GuardedVerifier extends StudentVerifier {
  captchaMode(): CaptchaMode
  readonly metrics: VerifierMetrics
  /** Absent if the school has no captcha. */
  readonly captchas: CaptchaMonitor | undefined
  readonly rejections: Pick<RejectionWatch, 'rejectsEveryone'>
}

/**
 * Protects the school from overload and students from long waits. Returns the result of the inner verifier, or a
 * refusal of its own.
 */
export function guardVerifier(inner: StudentVerifier, options: GuardOptions): GuardedVerifier {
  const { logger, concurrency = 2, queueWaitMs = 10_000, totalMs = 20_000, captchas, stopping } = options
  const { knowsStudents = true } = options
  const { gate = createSemaphore(concurrency, options.queueLength ?? queueFor(concurrency)) } = options
  const breaker = createSchoolBreaker({ failures: options.failures ?? 5, restMs: options.restMs ?? 30_000, logger })
  const metrics = new VerifierCounts()
  const rejections = createRejectionWatch({ logger, onAlarm: () => inner.doubt?.() })
  const captchaMode = () => captchas?.mode() ?? 'read'

  async function inTurn<T extends { outcome: string }>(
    ask: AskOptions | undefined,
    run: (ask: AskOptions) => Promise<T>,
    who?: string,
  ): Promise<T | Unavailable> {
    const refusal = breaker.resting()
    if (refusal) return refusal
    const deadline = startDeadline(totalMs, ask?.signal, stopping)
    try {
      const visitor = who === undefined || !ask?.visitor ? undefined : { ...ask.visitor, studentNumber: who }
      const admission = await gate.enter(queueWaitMs, deadline.signal, visitor)
      if (!('leave' in admission)) return { ...(stopping?.aborted ? cutOff : busy), ...admission }
      const answer = breaker.run(() => run({ signal: deadline.signal }), who)
      const leave = (result?: { outcome: string }) => admission.leave(result?.outcome === 'verified')
      answer.then(leave, () => leave())
      const result = await Promise.race([answer, timeUp(deadline.signal)])
      return stopping?.aborted && result.outcome === 'unavailable' ? cutOff : result
    } finally {
      deadline.clear()
    }
  }

  /** Sending the same request again is useless before `retryAfterSeconds`. */
  function captchaWanted(): Unavailable {
    const retry = captchas && { retryAfterSeconds: captchas.asksFor() }
    return { outcome: 'unavailable', reason: 'captcha-wanted', ...retry }
  }

  async function verifyOrAsk(proof: Proof, ask?: AskOptions): Promise<Verification> {
    if (captchaMode() === 'ask' && !proof.answer && !inner.captchaSometimes) return captchaWanted()
    const who = knowsStudents ? proof.studentNumber : undefined
    const result = await inTurn(ask, (inTime) => inner.verify(proof, { ...inTime, captchas: captchaMode() }), who)
    if (who !== undefined) rejections.report(result, who)
    // The refused captchas of this login may have completed the run that switches to asking.
    const wanted = captchaMode() === 'ask' && result.outcome === 'unavailable' && result.reason.startsWith('captcha-')
    return wanted ? { ...result, ...captchaWanted() } : result
  }

  async function verify(proof: Proof, ask?: AskOptions): Promise<Verification> {
    const startedAt = performance.now()
    const result = await verifyOrAsk(proof, ask)
    const seconds = (performance.now() - startedAt) / 1000
    metrics.login(result)
    options.onLogin?.(seconds)
    log(logger, result, seconds)
    return result
  }

  async function issueChallenge(issue: NonNullable<StudentVerifier['issueChallenge']>, ask?: AskOptions) {
    const result = await inTurn(ask, issue)
    metrics.challenge(result)
    return result
  }

  const issue = inner.issueChallenge?.bind(inner)
  const look = inner.look?.bind(inner)
  return {
    verify,
    ...(issue && { issueChallenge: (ask?: AskOptions) => issueChallenge(issue, ask) }),
    ...(look && { look: (ask?: AskOptions) => inTurn(ask, look) }),
    captchaMode,
    metrics,
    captchas,
    rejections,
    close: () => inner.close(),
  }
}

/** How many may wait in their requests. */
export function queueFor(concurrency: number): number {
  return concurrency * 8
}

const cutOff: Unavailable = { outcome: 'unavailable', reason: 'stopping', retryAfterSeconds: 5 }
const busy: Unavailable = { outcome: 'unavailable', reason: 'busy' }

/** For an inner verifier that does not stop by itself when its time is up. */
function timeUp(signal: AbortSignal): Promise<Unavailable> {
  return new Promise((resolve) => {
    const answer = () => resolve({ outcome: 'unavailable', reason: 'timeout', detail: 'the whole login took too long' })
    if (signal.aborted) answer()
    signal.addEventListener('abort', answer, { once: true })
  })
}

function log(logger: Logger, result: Verification, seconds: number): void {
  const ms = Math.round(seconds * 1000)
  if (result.outcome === 'unavailable') {
    logger.warn({ outcome: result.outcome, reason: result.reason, detail: result.detail, ms }, 'school login')
  } else {
    logger.info({ outcome: result.outcome, ms }, 'school login')
  }
}
