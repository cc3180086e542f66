import { bodyRefusals, errorResponses } from '../../http/document/api-schemas.ts'
import type { Routes } from '../../http/document/json-schema.ts'
import { invalidParameter } from '../../http/errors/invalid-parameter.ts'
import { apiBase } from '../../http/links.ts'
import { pageRequest } from '../../http/pagination.ts'
import { fromOptionalWireTime } from '../../http/wire-time.ts'
import type { Clock } from '../../shared/clock.ts'
import { andThen } from '../../shared/maybe-promise.ts'
import { EndBody, timeRange, UserStudyListQuery } from '../study.schemas.ts'
import type { HeartbeatService } from './heartbeat.service.ts'
import { OwnStudyPage, OwnStudyRecord, presentOwnPage, presentOwnStudy } from './own-study.schemas.ts'
import type { OwnStudyService } from './own-study.service.ts'

export interface OwnStudyRoutesOptions {
  ownStudies: OwnStudyService
  heartbeats: HeartbeatService
  clock: Clock
}

const listing = {
  operationId: 'listOwnStudies',
  summary: '自己的学习记录 · Own records',
  description:
    '按开始时间排列，最早的在前。包含 `from` 时刻，不含 `to` 时刻。\n\nOrdered by start, oldest first. `from` is inclusive, `to` is exclusive.',
  tags: ['studys'],
  querystring: UserStudyListQuery,
  response: {
    200: OwnStudyPage,
    ...errorResponses('bad-query', 'bad-time', 'range-reversed', 'bad-cursor', 'unauthorized'),
  },
}

const reading = {
  operationId: 'getRunningStudy',
  summary: '正在进行的记录 · The running record',
  tags: ['studys'],
  response: { 200: OwnStudyRecord, ...errorResponses('unauthorized', 'no-running-study') },
}

const ending = {
  operationId: 'endRunningStudy',
  summary: '结束正在进行的记录 · End the running record',
  tags: ['studys'],
  body: EndBody,
  response: {
    200: OwnStudyRecord,
    ...errorResponses(
      ...([...bodyRefusals, 'bad-time', 'time-too-early', 'time-in-future'] as const),
      ...(['end-before-start', 'study-too-long', 'unauthorized', 'no-running-study'] as const),
    ),
  },
}

const beating = {
  operationId: 'sendHeartbeat',
  summary: '心跳：还在学习 · A sign of life',
  description: `可选。有过心跳的记录，若 \`STUDY_IDLE_MINUTES\`（默认 30 分钟）内再无心跳，在最后一次心跳时结束。重复的心跳没有坏处，不必带 \`Idempotency-Key\`；带了则会多一次写入。

Optional. A record that has had heartbeats ends at the last one after \`STUDY_IDLE_MINUTES\` (30 by default) without another. A repeated heartbeat is harmless and needs no \`Idempotency-Key\`; with one it costs a write.`,
  tags: ['studys'],
  response: {
    204: { type: 'null', description: '已记下 · Noted' },
    ...errorResponses('unauthorized', 'no-running-study'),
  },
} as const

export const ownStudyRoutes: Routes<OwnStudyRoutesOptions> = async (app, { ownStudies, heartbeats, clock }) => {
  app.get(
    '/users/me/studys',
    { schemaErrorFormatter: invalidParameter('bad-query'), schema: listing },
    async ({ identity: { accountId }, query, origin }) => {
      const filter = { accountId, running: query.running, ...timeRange(query) }
      const page = await ownStudies.listOwnStudies(accountId, { ...pageRequest(query), filter })
      return presentOwnPage(page, origin, clock.now(), `${origin}${apiBase}/users/me/studys`, query)
    },
  )

  app.post('/studys/running/heartbeat', { schema: beating }, async ({ identity }, reply) => {
    return reply.answerOnce(
      () => heartbeats.beat(identity.accountId),
      () => ({ status: 204, body: null }),
    )
  })

  app.get('/studys/running', { schema: reading }, ({ identity, origin }) =>
    andThen(ownStudies.getRunning(identity.accountId), (study) => presentOwnStudy(study, origin, clock.now())),
  )

  app.put(
    '/studys/running',
    { schemaErrorFormatter: invalidParameter('bad-time'), schema: ending },
    async ({ identity, body, origin }, reply) => {
      const endedAt = fromOptionalWireTime(body.end_time, 'end_time')
      return reply.answerOnce(
        (write) => ownStudies.endRunning(identity.accountId, endedAt, write),
        (study) => ({ body: presentOwnStudy(study, origin, clock.now()) }),
      )
    },
  )
}
