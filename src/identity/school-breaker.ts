import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhenResult, isBrokenCircuitError } from 'cockatiel'
import type { Logger } from './logger.ts'
import type { Unavailable, UnavailableReason } from './verifier.ts'

/** Reasons that speak of the school as a whole; the others are about a captcha, a student or ourselves. */
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
  run<T extends { outcome: string }>(ask: () => Promise<T>): Promise<T | Unavailable>
}

/** After so many logins in a row that found the school down, it is left alone for a while, and then probed by one login. */
export function createSchoolBreaker({ failures, restMs, logger }: BreakerOptions): SchoolBreaker {
  const breaker = circuitBreaker(handleWhenResult(saysDown), {
    // It would measure the rest by the wall clock, which may be put back: `resting` does it by one that runs on.
    halfOpenAfter: Number.NEGATIVE_INFINITY,
    breaker: new ConsecutiveBreaker(failures),
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

  return {
    resting,
    async run(ask) {
      try {
        return resting() ?? (await breaker.execute(ask))
      } catch (error) {
        if (isBrokenCircuitError(error)) return rest(PROBE_SECONDS)
        throw error
      }
    },
  }
}

function saysDown(result: unknown): boolean {
  return isUnavailable(result) && down.includes(result.reason)
}

function isUnavailable(result: unknown): result is Unavailable {
  return typeof result === 'object' && result !== null && 'outcome' in result && result.outcome === 'unavailable'
}

function rest(retryAfterSeconds: number): Unavailable {
  return { outcome: 'unavailable', reason: 'resting', retryAfterSeconds }
}
