import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhenResult, isBrokenCircuitError } from 'cockatiel'
import type { Logger } from './logger.ts'
import { createStudentRun } from './student-run.ts'
import type { Unavailable, UnavailableReason } from './verifier.ts'

/** Failed calls that concern the school as a whole. The other reasons concern a captcha, a student or this service. */
const down: readonly UnavailableReason[] = [
  'timeout',
  'connection-refused',
  'not-understood',
  'redirected',
  'too-large',
  'maintenance',
  'fault',
]

/** How long other logins are told to wait while one login probes whether the school is back. */
const probeSeconds = 5

export interface BreakerOptions {
  failures: number
  restMs: number
  logger: Logger
}

export interface SchoolBreaker {
  /** The refusal to return at once while the breaker is open. */
  resting(): Unavailable | undefined
  /** `who`: the student that the call is about. If absent, unexpected responses are not counted. */
  run<T extends { outcome: string }>(ask: () => Promise<T>, who?: string): Promise<T | Unavailable>
}

/**
 * After this many consecutive logins that found the school down, the breaker opens for a while. Then one login probes
 * the school. Each failed call counts. An unexpected response about a login counts once per student, so that one
 * student cannot close the school for others.
 */
export function createSchoolBreaker({ failures, restMs, logger }: BreakerOptions): SchoolBreaker {
  const oddStudents = createStudentRun()
  let failedCalls = 0
  const breaker = circuitBreaker(handleWhenResult(isDown), {
    // The library measures the pause by the wall clock, which may be set back. `resting` measures it by a monotonic
    // clock.
    halfOpenAfter: Number.NEGATIVE_INFINITY,
    // `judge` does the counting. The first result that it reports as down opens the breaker.
    breaker: new ConsecutiveBreaker(1),
  })
  let restsUntil = 0
  breaker.onBreak(() => {
    restsUntil = performance.now() + restMs
    logger.warn({ restMs }, 'the school is down: logins are paused')
  })
  breaker.onReset(() => logger.info({}, 'the school is back'))

  function resting(): Unavailable | undefined {
    if (breaker.state === CircuitState.HalfOpen) return rest(probeSeconds)
    const left = restsUntil - performance.now()
    return breaker.state === CircuitState.Open && left > 0 ? rest(Math.ceil(left / 1000)) : undefined
  }

  /** Counts a result, and returns whether the school counts as down. */
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
        if (isBrokenCircuitError(error)) return rest(probeSeconds)
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
