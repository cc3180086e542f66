import type { FastifyInstance } from 'fastify'
import { accountRoutes } from './accounts/account.routes.ts'
import { settingsRoutes } from './accounts/settings/settings.routes.ts'
import { authentication } from './authentication/authentication.plugin.ts'
import { ownAccountRoutes } from './authentication/own-account/own-account.routes.ts'
import { deviceRoutes } from './authentication/sessions/device.routes.ts'
import { currentSessionRoutes, signInRoutes } from './authentication/sessions/session.routes.ts'
import { tokenRoutes } from './authentication/token.routes.ts'
import { backgroundJobs } from './background-jobs.ts'
import { exportRoutes } from './export/export.routes.ts'
import { apiReference } from './http/document/api-reference.ts'
import { openapi } from './http/document/openapi.ts'
import { createUnavailabilityLog } from './http/errors/unavailability-log.ts'
import { health } from './http/health.ts'
import { apiBase } from './http/links.ts'
import { metrics } from './http/metrics.ts'
import { pages } from './http/pages/pages.ts'
import { readWebApp } from './http/pages/web-app.ts'
import { requestContext } from './http/request-context.ts'
import { privateAnswers } from './http/security/response-headers.ts'
import { buildServer } from './http/server.ts'
import { pipelining } from './http/transport/pipelining.ts'
import { idempotency } from './idempotency/idempotency.plugin.ts'
import { leaderboardRoutes } from './leaderboards/leaderboard.routes.ts'
import { liveRoutes } from './live/live.routes.ts'
import { casRoutes } from './registration/cas.routes.ts'
import { challengeRoutes } from './registration/challenge.routes.ts'
import { recoveryRoutes } from './registration/recovery.routes.ts'
import { registrationRoutes } from './registration/registration.routes.ts'
import { serviceRoutes } from './registration/service.routes.ts'
import { studentNumberRoutes } from './registration/student-number.routes.ts'
import { type AppDeps, createServices, jobsOf } from './services.ts'
import { ledgerRoutes } from './statistics/ledger/ledger.routes.ts'
import { statisticsRoutes } from './statistics/statistics.routes.ts'
import type { Storage } from './storage/storage.ts'
import { batchRoutes } from './studies/batch/batch.routes.ts'
import { changeRoutes } from './studies/changes/change.routes.ts'
import { studyListRoutes } from './studies/list/study-list.routes.ts'
import { ownStudyRoutes } from './studies/own/own-study.routes.ts'
import { studyEditRoutes } from './studies/own/study-edit.routes.ts'
import { studyRoutes, studyStartRoutes } from './studies/study.routes.ts'
import { version } from './version.ts'

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
  await app.register(backgroundJobs, { ...services, ...jobsOf(services), logUnavailable })
  await app.register(idempotency, services)

  // Public.
  await app.register(health, { ping: storage.ping, logUnavailable })
  const web = config.web ? await readWebApp() : undefined
  if (config.web && !web) logger.warn('there is no web app: run "npm run build"')
  await app.register(pages, { version, web, isReady: () => isReady(app, storage) })
  if (deps.metrics) await app.register(metrics, { text: deps.metrics })
  await app.register(
    async (open) => {
      await open.register(privateAnswers)
      await open.register(serviceRoutes, { version, clock, verifier: deps.verifier, proofKind, settings: config })
      await open.register(async (asking) => {
        await asking.register(requestContext)
        await asking.register(registrationRoutes, { registration, proofKind })
        await asking.register(recoveryRoutes, { recovery, proofKind })
        await asking.register(challengeRoutes, { verifications })
        const { cas, keys } = deps
        if (cas)
          await asking.register(casRoutes, {
            cas,
            clock,
            ticketKey: keys.ticket,
            verifications,
            hasWeb: web !== undefined,
          })
      })
      await open.register(signInRoutes, { ...services, authentication: identities })

      // With credentials.
      await open.register(async (known) => {
        await known.register(authentication, {
          authentication: identities,
          lastSeen,
          readTogether: storage.readTogether,
        })
        await known.register(currentSessionRoutes, { accounts })
        await known.register(deviceRoutes, services)
        await known.register(accountRoutes, { accounts })
        await known.register(settingsRoutes, services)
        await known.register(ownAccountRoutes, services)
        await known.register(tokenRoutes, { authentication: identities })
        await known.register(async (asking) => {
          await asking.register(requestContext)
          await asking.register(studentNumberRoutes, { authentication: identities, recovery, proofKind })
        })
        // In this order, the examples in the API document can be sent one after another.
        await known.register(studyStartRoutes, { studies })
        await known.register(ownStudyRoutes, { ...services, clock })
        await known.register(studyListRoutes, { studies })
        await known.register(studyRoutes, { studies })
        await known.register(batchRoutes, services)
        await known.register(changeRoutes, { ...services, clock })
        await known.register(studyEditRoutes, { ...services, clock })
        await known.register(exportRoutes, { ...services, timezone: config.timezone, logUnavailable })
        await known.register(liveRoutes, services.live)
        await known.register(statisticsRoutes, services)
        await known.register(ledgerRoutes, services)
        await known.register(leaderboardRoutes, services)
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
