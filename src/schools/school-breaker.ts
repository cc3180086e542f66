import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhenResult, isBrokenCircuitError } from 'cockatiel'
import type { Logger } from './logger.ts'
import { createStudentRun } from './student-run.ts'
import type { Unavailable, UnavailableReason } from './verifier.ts'

/** Calls that failed: these speak of the school as a whole. The others are about a captcha, a student or ourselves. */
const down: readonly UnavailableReason[] = [
  'timeout',
  'connection-refused',
  'not-understood',
  'redirected',
  'too-large',
  'maintenance',
  'fault',
]

/** How long the others wait while one login probes whether the school is back. */
const PROBE_SECONDS = 5

export interface BreakerOptions {
  failures: number
  restMs: number
  logger: Logger
}

export interface SchoolBreaker {
  /** The refusal to give at once while the school rests. */
  resting(): Unavailable | undefined
  /** `who`: whom the call is about; nobody, where it is absent, whose odd answers speak of nothing. */
  run<T extends { outcome: string }>(ask: () => Promise<T>, who?: string): Promise<T | Unavailable>
}

/**
 * After so many logins in a row that found the school down, it is left alone for a while, and then probed by one login. A call that failed
 * counts each time; an odd answer about a login counts once a student, so that nobody closes the school for others.
 */
export function createSchoolBreaker({ failures, restMs, logger }: BreakerOptions): SchoolBreaker {
  const oddStudents = createStudentRun()
  let failedCalls = 0
  const breaker = circuitBreaker(handleWhenResult(isDown), {
    // It would measure the rest by the wall clock, which may be put back: `resting` does it by one that runs on.
    halfOpenAfter: Number.NEGATIVE_INFINITY,
    // The counting is done below: the first verdict that the school is down opens it.
    breaker: new ConsecutiveBreaker(1),
  })
  let restsUntil = 0
  breaker.onBreak(() => {
    restsUntil = performance.now() + restMs
    logger.warn({ restMs }, 'the school is down: its logins rest')
  })
  breaker.onReset(() => logger.info({}, 'the school is back'))

  function resting(): Unavailable | undefined {
    if (breaker.state === CircuitState.HalfOpen) return rest(PROBE_SECONDS)
    const left = restsUntil - performance.now()
    return breaker.state === CircuitState.Open && left > 0 ? rest(Math.ceil(left / 1000)) : undefined
  }

  /** What a result says of the school, counted together with those before it. */
  function judge(result: { outcome: string }, who: string | undefined): boolean {
    const reason = isUnavailable(result) ? result.reason : undefined
    const failed = reason !== undefined && down.includes(reason)
    const odd = reason === 'login-fault'
    if (failed) failedCalls++
    const counts = failed || (odd && who !== undefined && oddStudents.add(who))
    if (!failed && !odd) {
      failedCalls = 0
      oddStudents.clear()
    }
    return counts && failedCalls + oddStudents.size >= failures
  }

  return {
    resting,
    async run(ask, who) {
      const judged = async () => {
        const result = await ask()
        return { result, down: judge(result, who) }
      }
      try {
        return resting() ?? (await breaker.execute(judged)).result
      } catch (error) {
        if (isBrokenCircuitError(error)) return rest(PROBE_SECONDS)
        throw error
      }
    },
  }
}

function isDown(judged: unknown): boolean {
  return typeof judged === 'object' && judged !== null && 'down' in judged && judged.down === true
}

function isUnavailable(result: { outcome: string }): result is Unavailable {
  return result.outcome === 'unavailable'
}

function rest(retryAfterSeconds: number): Unavailable {
  return { outcome: 'unavailable', reason: 'resting', retryAfterSeconds }
}
