import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { accountRoutes } from './accounts/account.routes.ts'
import { createAccountService } from './accounts/account.service.ts'
import { createLastSeen } from './accounts/last-seen.service.ts'
import { authentication } from './authentication/authentication.plugin.ts'
import { createAuthenticationService } from './authentication/authentication.service.ts'
import { createPasswordGuesses } from './authentication/guessing/password-guesses.service.ts'
import { createRateLimitService } from './authentication/rate-limit.service.ts'
import { tokenRoutes } from './authentication/token.routes.ts'
import { createTokens } from './authentication/token.ts'
import { backgroundJobs } from './background-jobs.ts'
import type { Config } from './config/config.ts'
import { cors } from './http/cross-site.ts'
import { apiReference } from './http/document/api-reference.ts'
import { openapi } from './http/document/openapi.ts'
import { errors } from './http/errors/errors.ts'
import { createProtocolErrors, protocolErrors } from './http/errors/protocol-errors.ts'
import { createUnavailabilityLog, type LogUnavailable } from './http/errors/unavailability-log.ts'
import { health } from './http/health.ts'
import { jsonBody } from './http/json-body.ts'
import { apiBase, links } from './http/links.ts'
import { methods } from './http/methods.ts'
import { metrics } from './http/metrics.ts'
import { pages } from './http/pages/pages.ts'
import { requestContext } from './http/request-context.ts'
import { requestLog } from './http/request-log.ts'
import { privateAnswers, responseHeaders } from './http/response-headers.ts'
import { answerHeaders } from './http/security-headers.ts'
import { connectionLimits } from './http/transport/connection-limits.ts'
import { drain } from './http/transport/drain.ts'
import { pipelining } from './http/transport/pipelining.ts'
import { responseBatching } from './http/transport/response-batching.ts'
import { requestIds, serverOptions } from './http/transport/server-options.ts'
import { serveTls, tlsOptions } from './http/transport/tls.ts'
import { trustProxies } from './http/transport/trusted-proxies.ts'
import type { Keys } from './keys.ts'
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
import type { Storage } from './storage/storage.ts'
import { studyRoutes } from './studies/study.routes.ts'
import { createStudyService } from './studies/study.service.ts'
import { studyListRoutes } from './studies/study-list.routes.ts'
import { version } from './version.ts'

export interface AppDeps {
  config: Pick<
    Config,
    | 'publicUrl'
    | 'corsOrigins'
    | 'tls'
    | 'limits'
    | 'trustProxy'
    | 'tokenLifetime'
    | 'studyMaxHours'
    | 'throttle'
    | 'studentNumber'
  >
  storage: Storage
  clock: Clock
  keys: Keys
  verifier: StudentVerifier
  /** Where the school proves students by a login page of its own. */
  cas?: CasLogin | undefined
  /** What a monitor is told, in Prometheus' text form. */
  metrics?: (() => Promise<string>) | undefined
  logger: FastifyBaseLogger
}

/** The whole service but for the socket it listens on. */
export async function buildApp(deps: AppDeps): Promise<FastifyInstance> {
  const { config, storage, logger } = deps
  const { registration, recovery, verifications, identities, accounts, studies, lastSeen, rateLimits } =
    createServices(deps)
  const proofKind = deps.cas ? 'ticket' : 'password'
  const logUnavailable = createUnavailabilityLog(logger)
  const app = await buildServer(config, logger, logUnavailable)
  await app.register(openapi, { version })
  await app.register(apiReference)
  await app.register(backgroundJobs, { studies, lastSeen, rateLimits, logUnavailable })

  // For anyone.
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
        const { cas, clock, keys } = deps
        if (cas) await asking.register(casRoutes, { cas, clock, ticketKey: keys.ticket, verifications })
      })

      // For whoever brings credentials.
      await open.register(async (known) => {
        await known.register(authentication, {
          authentication: identities,
          lastSeen,
          readTogether: storage.readTogether,
        })
        await known.register(accountRoutes, { accounts })
        await known.register(tokenRoutes, { authentication: identities })
        await known.register(async (asking) => {
          await asking.register(requestContext)
          await asking.register(studentNumberRoutes, { accounts, authentication: identities, recovery, proofKind })
        })
        await known.register(studyRoutes, { studies })
        await known.register(studyListRoutes, { studies })
      })
    },
    { prefix: apiBase },
  )
  await app.register(pipelining)
  return app
}

/** What stands around every route: who may connect, what a request may be, what an answer and an error look like. */
async function buildServer(
  config: AppDeps['config'],
  logger: FastifyBaseLogger,
  logUnavailable: LogUnavailable,
): Promise<FastifyInstance> {
  const { limits, publicUrl, tls } = config
  const trustProxy = trustProxies(config.trustProxy)
  const [headers, nextRequestId] = [answerHeaders(tls !== undefined), requestIds()]
  const refusals = createProtocolErrors({ logger, headers, nextRequestId })
  const app = Fastify({
    ...serverOptions({ logger, trustProxy, limits, headers, nextRequestId, refusals }),
    ...tlsOptions(tls, limits, headers),
  })
  await app.register(errors, { logUnavailable })
  await app.register(protocolErrors, { refusals })
  await app.register(connectionLimits, { limits, trustProxy, refusals })
  await app.register(drain)
  await app.register(responseBatching)
  await app.register(requestLog)
  await app.register(links, { publicUrl })
  const allowed = new Set(config.corsOrigins)
  if (allowed.size > 0) await app.register(cors, { allowed })
  await app.register(responseHeaders, { headers, allowed, publicUrl, trustProxy, headerBytes: limits.headerBytes })
  await app.register(jsonBody)
  await app.register(methods)
  if (tls) await app.register(serveTls, tls)
  return app
}

async function isReady({ drain }: FastifyInstance, { ping }: Storage): Promise<boolean> {
  if (drain.isOn()) return false
  return ping().then(
    () => true,
    () => false,
  )
}

function createServices({ config, storage, clock, keys, verifier }: AppDeps) {
  const studentNumberKey = keys.studentNumber
  const studentNumbers = config.studentNumber
  const tokens = createTokens(keys.token, config.tokenLifetime, keys.previous?.token)
  const rateLimits = createRateLimitService({ storage, clock, key: keys.budget, enforced: config.throttle })
  const guesses = createPasswordGuesses({ rateLimits, clock })
  const lastSeen = createLastSeen(storage, clock)
  const verifications = createVerificationService({ verifier, rateLimits, clock, studentNumbers, keys })
  return {
    rateLimits,
    lastSeen,
    verifications,
    accounts: createAccountService({ storage, lastSeen }),
    identities: createAuthenticationService({ storage, clock, tokens, studentNumbers, studentNumberKey, guesses }),
    registration: createRegistrationService({ storage, clock, verifications, guesses, studentNumberKey }),
    recovery: createRecoveryService({ storage, verifications, guesses, studentNumberKey }),
    studies: createStudyService({ storage, clock, maxHours: config.studyMaxHours }),
  }
}
