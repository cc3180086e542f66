import type { FastifyBaseLogger } from 'fastify'
import { createAccountService } from './accounts/account.service.ts'
import type { AccountId } from './accounts/account.ts'
import type { RemoveData } from './accounts/account-removal.service.ts'
import { createLastSeen } from './accounts/last-seen.service.ts'
import { createSettingsService } from './accounts/settings/settings.service.ts'
import { createAuthenticationService } from './authentication/authentication.service.ts'
import { createPasswordGuesses } from './authentication/guessing/password-guesses.service.ts'
import { createOwnAccountService } from './authentication/own-account/own-account.service.ts'
import { createRateLimitService } from './authentication/rate-limits/rate-limit.service.ts'
import { createSessionService } from './authentication/sessions/session.service.ts'
import { createTokens } from './authentication/token.ts'
import type { Config } from './config/config.ts'
import { createDerivedData } from './derived-data.ts'
import { createExportService } from './export/export.service.ts'
import type { LogUnavailable } from './http/errors/unavailability-log.ts'
import { createIdempotencyService } from './idempotency/idempotency.service.ts'
import type { Keys } from './keys.ts'
import { createLeaderboardService } from './leaderboards/leaderboard.service.ts'
import { createLiveSignals } from './live/feed/live-signals.service.ts'
import { openLive } from './live/stream/open-live.ts'
import { createRecoveryService } from './registration/recovery.service.ts'
import { createRegistrationService } from './registration/registration.service.ts'
import { createVerificationService } from './registration/verification/verification.service.ts'
import type { CasLogin } from './schools/cas/cas-login.ts'
import type { StudentVerifier } from './schools/verifier.ts'
import type { Clock } from './shared/clock.ts'
import { createLedgerService } from './statistics/ledger/ledger.service.ts'
import { createTotalsSweep } from './statistics/maintenance/totals-sweep.service.ts'
import { createStatisticsService } from './statistics/statistics.service.ts'
import type { Db, MessageChannel, Storage } from './storage/storage.ts'
import { createBatchService } from './studies/batch/batch.service.ts'
import { createChangeService } from './studies/changes/change.service.ts'
import { createHeartbeatService } from './studies/own/heartbeat.service.ts'
import { createOwnStudyService } from './studies/own/own-study.service.ts'
import { createStudyService } from './studies/study.service.ts'

export interface AppDeps {
  config: Config
  storage: Storage
  clock: Clock
  keys: Keys
  verifier: StudentVerifier
  /** Set if the school verifies students on its own login page. */
  cas?: CasLogin | undefined
  /** Returns the metrics for a monitor, in Prometheus text format. */
  metrics?: (() => Promise<string>) | undefined
  /** Reaches the other workers, if the database has no channel. */
  workerChannel?: MessageChannel | undefined
  logger: FastifyBaseLogger
}

/** The work for the background jobs. Jobs that end records come first. */
export function jobsOf(services: ReturnType<typeof createServices>) {
  const { studies, lastSeen, sessions, rateLimits, idempotency, batches, changes } = services
  return {
    periodic: [
      ...[studies.endOverdue, sessions.deleteExpired, rateLimits.deleteExpired],
      ...[idempotency.deleteExpired, batches.deleteOld, changes.deleteOld],
    ],
    flushVisits: async () => {
      await lastSeen.flush()
      await sessions.flushVisits()
    },
  }
}

/** The services of accounts, credentials and verification. */
function createIdentityServices({ config, storage, clock, keys, verifier }: AppDeps, removeData: RemoveData) {
  const studentNumberKey = keys.studentNumber
  const studentNumbers = config.studentNumber
  const tokens = createTokens(keys.token, config.tokenLifetime, keys.previous?.token)
  const rateLimits = createRateLimitService({ storage, clock, key: keys.budget, enforced: config.throttle })
  const guesses = createPasswordGuesses({ rateLimits, clock })
  const verifications = createVerificationService({ verifier, rateLimits, clock, studentNumbers, keys })
  const sessions = createSessionService({ storage, clock })
  const identities = createAuthenticationService({
    ...{ storage, clock, tokens, studentNumbers, studentNumberKey, guesses, sessions },
  })
  const registration = createRegistrationService({ storage, clock, verifications, guesses, studentNumberKey })
  const recovery = createRecoveryService({ storage, verifications, guesses, studentNumberKey })
  const ownAccount = createOwnAccountService({
    ...{ storage, studentNumberKey, authentication: identities, removeData },
  })
  return { rateLimits, sessions, verifications, identities, registration, recovery, ownAccount }
}

/** The data derived from records, with a signal to live streams for each change that they show. */
function createAnnouncedData({ config, storage, workerChannel }: AppDeps) {
  const signals = createLiveSignals(storage.channel ?? workerChannel)
  const derived = createDerivedData(config)
  const noteVisibility = (tx: Db, id: AccountId) => {
    derived.noteVisibility(tx)
    signals.publishAfter(tx, id)
  }
  const removeData: RemoveData = (tx, id) => {
    signals.publishAfter(tx, id)
    return derived.removeData(tx, id)
  }
  return { ...derived, signals, followers: [...derived.followers, signals.follow], noteVisibility, removeData }
}

export function createServices(deps: AppDeps, logUnavailable: LogUnavailable) {
  const { config, storage, clock, keys } = deps
  const { calendar, totals, signals, ...data } = createAnnouncedData(deps)
  const { terms, boardDayHours, streakMinutes, studyMaxHours: maxHours, studyIdleMinutes: idleMinutes } = config
  const identity = createIdentityServices(deps, data.removeData)
  const lastSeen = createLastSeen(storage, clock)
  const accounts = createAccountService({ storage, lastSeen })
  const settings = createSettingsService({ storage, ...data })
  const studies = createStudyService({ storage, clock, maxHours, idleMinutes, followers: data.followers })
  const { rules } = studies
  return {
    ...identity,
    ...{ lastSeen, accounts, settings, studies },
    idempotency: createIdempotencyService({ storage, clock, keys }),
    ownStudies: createOwnStudyService({ storage, studies }),
    heartbeats: createHeartbeatService({ storage, studies }),
    exports: createExportService({ storage, accounts, settings, studies }),
    batches: createBatchService({ storage, studies, clock }),
    changes: createChangeService({ storage, studies, clock }),
    ledgers: createLedgerService({ storage, calendar, boardDayHours, rules }),
    totalsSweep: createTotalsSweep({ storage, totals }),
    leaderboards: createLeaderboardService({ storage, clock, calendar, terms, key: keys.boardCursor }),
    statistics: createStatisticsService({ storage, totals, streakMinutes, rules }),
    live: openLive({ ...deps, signals, calendar, studies, authentication: identity.identities, logUnavailable }),
  }
}
