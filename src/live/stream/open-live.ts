import type { FastifyBaseLogger } from 'fastify'
import type { AuthenticationService } from '../../authentication/authentication.service.ts'
import type { LogUnavailable } from '../../http/errors/unavailability-log.ts'
import type { CampusCalendar } from '../../shared/campus-calendar.ts'
import type { Clock } from '../../shared/clock.ts'
import type { Storage } from '../../storage/storage.ts'
import type { StudyService } from '../../studies/study.service.ts'
import { createLiveFeed } from '../feed/live-feed.service.ts'
import type { LiveSignals } from '../feed/live-signals.service.ts'
import type { LiveRoutesOptions } from '../live.routes.ts'
import { createLiveService } from '../live.service.ts'
import { createLiveCode } from '../live-code.ts'
import { createLiveListeners, type ListenerLimits } from './live-listeners.ts'

export interface LiveDeps {
  storage: Storage
  clock: Clock
  calendar: CampusCalendar
  signals: LiveSignals
  studies: StudyService
  authentication: Pick<AuthenticationService, 'isStillValid'>
  /** `live`: 32 bytes. */
  keys: { live: Buffer }
  config: { limits: ListenerLimits }
  logger: FastifyBaseLogger
  logUnavailable: LogUnavailable
}

/** The dependencies of this feature's routes. It is idle until the first listener connects. */
export function openLive({ logger, logUnavailable, ...deps }: LiveDeps): LiveRoutesOptions {
  const { isStillValid } = deps.authentication
  const code = createLiveCode(deps.keys.live)
  const live = createLiveService({ ...deps, code })
  const onError = (error: unknown) => {
    const work = 'following who studies'
    if (!logUnavailable(error, { work })) logger.warn({ err: error }, `${work} failed, to be tried again`)
  }
  const feed = createLiveFeed({ ...deps, keyOf: code.keyOf, readCounts: live.readCounts, onError })
  const { limits } = deps.config
  const listeners = createLiveListeners({ feed, clock: deps.clock, limits, isStillValid, onError })
  return { live, code, feed, listeners }
}
