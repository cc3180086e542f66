import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { accountRoutes } from './accounts/account.routes.ts'
import { createAccountService } from './accounts/account.service.ts'
import { accountFastRoutes } from './accounts/account-fast.routes.ts'
import { authentication } from './accounts/authentication.plugin.ts'
import { createAuthenticationService } from './accounts/authentication.service.ts'
import { createBudgetService } from './accounts/budget.service.ts'
import { casRoutes } from './accounts/cas.routes.ts'
import { challengeRoutes } from './accounts/challenge.routes.ts'
import { createLastSeen } from './accounts/last-seen.service.ts'
import { createProofService } from './accounts/proof.service.ts'
import { recoveryRoutes } from './accounts/recovery.routes.ts'
import { createRecoveryService } from './accounts/recovery.service.ts'
import { registrationRoutes } from './accounts/registration.routes.ts'
import { createRegistrationService } from './accounts/registration.service.ts'
import { studentNumberRoutes } from './accounts/student-number.routes.ts'
import { createTokens } from './accounts/token.ts'
import type { Config } from './config.ts'
import { answersTogether } from './http/answers-together.ts'
import { errors } from './http/errors.ts'
import { fastFailures, fastPath } from './http/fast-path.ts'
import { health } from './http/health.ts'
import { jsonBody } from './http/json-body.ts'
import { apiBase, links } from './http/links.ts'
import { methods } from './http/methods.ts'
import { metrics } from './http/metrics.ts'
import { openapi } from './http/openapi.ts'
import { protocolErrors } from './http/protocol-errors.ts'
import { requestLog } from './http/request-log.ts'
import { privateAnswers, securityHeaders } from './http/security-headers.ts'
import { requestIds, serverOptions } from './http/server-options.ts'
import { serveTls, tlsOptions } from './http/tls.ts'
import type { CasLogin } from './identity/cas/cas-login.ts'
import type { StudentVerifier } from './identity/verifier.ts'
import type { Keys } from './keys.ts'
import type { Clock } from './shared/clock.ts'
import { andThen } from './shared/maybe-promise.ts'
import type { Storage } from './storage/storage.ts'
import { studyRoutes } from './studies/study.routes.ts'
import { createStudyService } from './studies/study.service.ts'
import { studyFastRoutes } from './studies/study-fast.routes.ts'
import { studyListRoutes } from './studies/study-list.routes.ts'
import { upkeep } from './upkeep.ts'
import { version } from './version.ts'

export interface AppDeps {
  config: Pick<Config, 'publicUrl' | 'tls' | 'trustProxy' | 'tokenLifetime' | 'studyMaxHours' | 'throttle'>
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
  const { registration, recovery, proofs, identities, accounts, studies, lastSeen, budgets } = createServices(deps)
  const proofKind = deps.cas ? 'ticket' : 'password'
  const nextRequestId = requestIds()
  const app = Fastify({
    ...serverOptions({ logger, trustProxy: config.trustProxy, nextRequestId }),
    ...tlsOptions(config.tls),
  })
  await app.register(errors)
  await app.register(protocolErrors)
  await app.register(answersTogether)
  await app.register(requestLog)
  await app.register(links, { publicUrl: config.publicUrl })
  await app.register(securityHeaders, { https: config.tls !== undefined })
  await app.register(jsonBody)
  await app.register(methods)
  await app.register(openapi, { version })
  await app.register(upkeep, { studies, lastSeen, budgets })
  if (config.tls) await app.register(serveTls, config.tls)

  // For anyone.
  await app.register(health, { ping: storage.ping })
  if (deps.metrics) await app.register(metrics, { text: deps.metrics })
  await app.register(
    async (open) => {
      await open.register(privateAnswers)
      await open.register(registrationRoutes, { registration, proofKind })
      await open.register(recoveryRoutes, { recovery, proofKind })
      await open.register(challengeRoutes, { proofs })
      const { cas, clock, keys } = deps
      if (cas) await open.register(casRoutes, { cas, clock, ticketKey: keys.ticket, proofs })

      // For whoever brings credentials.
      await open.register(async (known) => {
        await known.register(fastFailures)
        await known.register(authentication, { authentication: identities, lastSeen })
        await known.register(accountRoutes, { accounts, authentication: identities })
        await known.register(studentNumberRoutes, { recovery, proofKind })
        await known.register(studyRoutes, { studies })
        await known.register(studyListRoutes, { studies })
      })
    },
    { prefix: apiBase },
  )
  await app.register(fastPath, {
    routes: [...studyFastRoutes({ studies }), ...accountFastRoutes({ accounts, authentication: identities })],
    recall(authorization) {
      storage.readTogether?.()
      return andThen(identities.recall(authorization), (identity) => {
        if (identity) lastSeen.note(identity.accountId)
        return identity
      })
    },
    publicUrl: config.publicUrl,
    trustProxy: config.trustProxy,
    https: config.tls !== undefined,
    nextRequestId,
  })
  return app
}

function createServices({ config, storage, clock, keys, verifier }: AppDeps) {
  const studentNumberKey = keys.studentNumber
  const tokens = createTokens(keys.token, config.tokenLifetime)
  const budgets = createBudgetService({ storage, clock, key: keys.budget, enforced: config.throttle })
  const lastSeen = createLastSeen(storage, clock)
  const proofs = createProofService({ verifier, budgets, clock, keys })
  return {
    budgets,
    lastSeen,
    proofs,
    accounts: createAccountService({ storage, lastSeen }),
    identities: createAuthenticationService({ storage, clock, tokens, studentNumberKey, budgets }),
    registration: createRegistrationService({ storage, clock, proofs, studentNumberKey }),
    recovery: createRecoveryService({ storage, proofs, studentNumberKey }),
    studies: createStudyService({ storage, clock, maxHours: config.studyMaxHours }),
  }
}
