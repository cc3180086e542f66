import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { accountRoutes } from './accounts/account.routes.ts'
import { createAccountService } from './accounts/account.service.ts'
import type { RemoveData } from './accounts/account-removal.service.ts'
import { createLastSeen } from './accounts/last-seen.service.ts'
import { settingsRoutes } from './accounts/settings/settings.routes.ts'
import { createSettingsService } from './accounts/settings/settings.service.ts'
import { authentication } from './authentication/authentication.plugin.ts'
import { createAuthenticationService } from './authentication/authentication.service.ts'
import { createPasswordGuesses } from './authentication/guessing/password-guesses.service.ts'
import { ownAccountRoutes } from './authentication/own-account/own-account.routes.ts'
import { createOwnAccountService } from './authentication/own-account/own-account.service.ts'
import { createRateLimitService } from './authentication/rate-limit.service.ts'
import { tokenRoutes } from './authentication/token.routes.ts'
import { createTokens } from './authentication/token.ts'
import { backgroundJobs } from './background-jobs.ts'
import type { Config } from './config/config.ts'
import { createDerivedData } from './derived-data.ts'
import { apiReference } from './http/document/api-reference.ts'
import { openapi } from './http/document/openapi.ts'
import { createUnavailabilityLog, type LogUnavailable } from './http/errors/unavailability-log.ts'
import { health } from './http/health.ts'
import { apiBase } from './http/links.ts'
import { metrics } from './http/metrics.ts'
import { pages } from './http/pages/pages.ts'
import { requestContext } from './http/request-context.ts'
import { privateAnswers } from './http/response-headers.ts'
import { buildServer } from './http/server.ts'
import { pipelining } from './http/transport/pipelining.ts'
import type { Keys } from './keys.ts'
import { createLiveSignals } from './live/feed/live-signals.service.ts'
import { liveRoutes } from './live/live.routes.ts'
import { openLive } from './live/stream/open-live.ts'
import { casRoutes } from './registration/cas.routes.ts'
import { challengeRoutes } from './registration/challenge.routes.ts'
import { recoveryRoutes } from './registration/recovery.routes.ts'
import { createRecoveryService } from './registration/recovery.service.ts'
import { registrationRoutes } from './registration/registration.routes.ts'
import { createRegistrationService } from './registration/registration.service.ts'
import { studentNumberRoutes } from './registration/student-number.routes.ts'
import { createVerificationService } from './registration/verification.service.ts'
import type { CasLogin } from './schools/cas/cas-login.ts'
import type { StudentVerifier } from './schools/verifier.ts'
import type { Clock } from './shared/clock.ts'
import { ledgerRoutes } from './statistics/ledger/ledger.routes.ts'
import { createLedgerService } from './statistics/ledger/ledger.service.ts'
import { statisticsRoutes } from './statistics/statistics.routes.ts'
import { createStatisticsService } from './statistics/statistics.service.ts'
import { createTotalsSweep } from './statistics/upkeep/totals-sweep.service.ts'
import type { MessageChannel, Storage } from './storage/storage.ts'
import { createHeartbeatService } from './studies/own/heartbeat.service.ts'
import { ownStudyRoutes } from './studies/own/own-study.routes.ts'
import { createOwnStudyService } from './studies/own/own-study.service.ts'
import { studyEditRoutes } from './studies/own/study-edit.routes.ts'
import { studyRoutes, studyStartRoutes } from './studies/study.routes.ts'
import { createStudyService } from './studies/study.service.ts'
import { studyListRoutes } from './studies/study-list.routes.ts'
import { version } from './version.ts'

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
  /** Reaches the other workers, where the database has no channel. */
  workerChannel?: MessageChannel | undefined
  logger: FastifyBaseLogger
}

/** The whole service without the socket it listens on. */
export async function buildApp(deps: AppDeps): Promise<FastifyInstance> {
  const { config, storage, clock, logger } = deps
  const logUnavailable = createUnavailabilityLog(logger)
  const services = createServices(deps, logUnavailable)
  const { registration, recovery, verifications, identities, accounts, studies, lastSeen } = services
  const proofKind = deps.cas ? 'ticket' : 'password'
  const app = await buildServer(config, logger, logUnavailable)
  await app.register(openapi, { version })
  await app.register(apiReference)
  await app.register(backgroundJobs, { ...services, logUnavailable })

  // Public.
  await app.register(health, { ping: storage.ping, logUnavailable })
  await app.register(pages, { version, isReady: () => isReady(app, storage) })
  if (deps.metrics) await app.register(metrics, { text: deps.metrics })
  await app.register(
    async (open) => {
      await open.register(privateAnswers)
      await open.register(async (asking) => {
        await asking.register(requestContext)
        await asking.register(registrationRoutes, { registration, proofKind })
        await asking.register(recoveryRoutes, { recovery, proofKind })
        await asking.register(challengeRoutes, { verifications })
        const { cas, keys } = deps
        if (cas) await asking.register(casRoutes, { cas, clock, ticketKey: keys.ticket, verifications })
      })

      // With credentials.
      await open.register(async (known) => {
        await known.register(authentication, {
          authentication: identities,
          lastSeen,
          readTogether: storage.readTogether,
        })
        await known.register(accountRoutes, { accounts })
        await known.register(settingsRoutes, services)
        await known.register(ownAccountRoutes, services)
        await known.register(tokenRoutes, { authentication: identities })
        await known.register(async (asking) => {
          await asking.register(requestContext)
          await asking.register(studentNumberRoutes, { authentication: identities, recovery, proofKind })
        })
        // In an order in which the examples of the document can be sent one after another.
        await known.register(studyStartRoutes, { studies })
        await known.register(ownStudyRoutes, { ...services, clock })
        await known.register(studyListRoutes, { studies })
        await known.register(studyRoutes, { studies })
        await known.register(studyEditRoutes, { ...services, clock })
        await known.register(liveRoutes, services.live)
        await known.register(statisticsRoutes, services)
        await known.register(ledgerRoutes, services)
      })
    },
    { prefix: apiBase },
  )
  await app.register(pipelining)
  return app
}

async function isReady({ drain }: FastifyInstance, { ping }: Storage): Promise<boolean> {
  if (drain.isOn()) return false
  return ping().then(
    () => true,
    () => false,
  )
}

function createServices(deps: AppDeps, logUnavailable: LogUnavailable) {
  const { config, storage, clock, keys, verifier } = deps
  const signals = createLiveSignals(storage.channel ?? deps.workerChannel)
  const studentNumberKey = keys.studentNumber
  const studentNumbers = config.studentNumber
  const tokens = createTokens(keys.token, config.tokenLifetime, keys.previous?.token)
  const rateLimits = createRateLimitService({ storage, clock, key: keys.budget, enforced: config.throttle })
  const guesses = createPasswordGuesses({ rateLimits, clock })
  const lastSeen = createLastSeen(storage, clock)
  const verifications = createVerificationService({ verifier, rateLimits, clock, studentNumbers, keys })
  const identities = createAuthenticationService({ storage, clock, tokens, studentNumbers, studentNumberKey, guesses })
  const { studyMaxHours: maxHours, studyIdleMinutes: idleMinutes } = config
  const { calendar, totals, followers: totalled, countData, removeData: removeTotals } = createDerivedData(config)
  const followers = [...totalled, signals.follow]
  const removeData: RemoveData = (tx, id) => {
    signals.publishAfter(tx, id)
    return removeTotals(tx, id)
  }
  const studies = createStudyService({ storage, clock, maxHours, idleMinutes, followers })
  const { rules } = studies
  return {
    rateLimits,
    lastSeen,
    verifications,
    identities,
    accounts: createAccountService({ storage, lastSeen }),
    settings: createSettingsService({ storage, countData, noteVisibility: signals.publishAfter }),
    ownAccount: createOwnAccountService({ storage, studentNumberKey, authentication: identities, removeData }),
    registration: createRegistrationService({ storage, clock, verifications, guesses, studentNumberKey }),
    recovery: createRecoveryService({ storage, verifications, guesses, studentNumberKey }),
    studies,
    live: openLive({ ...deps, signals, calendar, studies, authentication: identities, logUnavailable }),
    ownStudies: createOwnStudyService({ storage, studies }),
    heartbeats: createHeartbeatService({ storage, studies }),
    ledgers: createLedgerService({ storage, calendar, boardDayHours: config.boardDayHours, rules }),
    totalsSweep: createTotalsSweep({ storage, totals }),
    statistics: createStatisticsService({ storage, totals, streakMinutes: config.streakMinutes, rules }),
  }
}
