import { errorResponses } from '../http/document/api-schemas.ts'
import type { Routes } from '../http/document/json-schema.ts'
import { invalidParameter } from '../http/errors/invalid-parameter.ts'
import { JsonText } from '../http/json-text.ts'
import { defaultPerPage } from '../http/pagination.ts'
import { DomainError } from '../shared/errors.ts'
import { andThen } from '../shared/maybe-promise.ts'
import { dayOfQuery } from '../statistics/statistics.schemas.ts'
import { isBoardKind } from './board-period.ts'
import {
  Leaderboard,
  LeaderboardParams,
  LeaderboardQuery,
  presentBoard,
  presentOwnRank,
} from './leaderboard.schemas.ts'
import type { LeaderboardService } from './leaderboard.service.ts'

const reading = {
  operationId: 'getLeaderboard',
  summary: '排行榜 · A leaderboard',
  description: `只计服务器见证的时间（实时开始和结束，误差一分钟以内），每天至多 \`BOARD_DAY_HOURS\`（默认 16）小时；进行中的记录结束后才计入。\`only_me\` 的学生不上榜，\`ranked_anonymously\` 的学生匿名上榜。本页可能晚几秒，\`me\` 总是最新的。学期由管理员在 \`TERMS\` 中设置。

Only time that the server saw counts (started and stopped live, within a minute), at most \`BOARD_DAY_HOURS\` (16 by default) of a day, and a running record once it has ended. Who chose \`only_me\` is on no board, who chose \`ranked_anonymously\` has no name there. A page may be some seconds old; \`me\` never is. Terms are set by the operator, in \`TERMS\`.`,
  tags: ['leaderboards'],
  params: LeaderboardParams,
  querystring: LeaderboardQuery,
  response: { 200: Leaderboard, ...errorResponses('bad-query', 'bad-cursor', 'unauthorized', 'not-found', 'no-term') },
} as const

export const leaderboardRoutes: Routes<{ leaderboards: LeaderboardService }> = async (app, { leaderboards }) => {
  app.get(
    '/leaderboards/:period',
    { schemaErrorFormatter: invalidParameter('bad-query'), schema: reading },
    ({ params, query, identity, origin }) => {
      if (!isBoardKind(params.period)) throw new DomainError('not-found')
      const { per_page: perPage, cursor } = query
      const period = leaderboards.getPeriod(params.period, dayOfQuery(query.date, 'date'))
      const board = leaderboards.writeBoard(period, {
        ...{ caller: identity.accountId, perPage: perPage ?? defaultPerPage, cursor, origin },
        write: (page) => JSON.stringify(presentBoard(period, page, { origin, perPage })),
      })
      // All callers share the text of the page. Only the last field is the caller's.
      return andThen(
        board,
        ({ text, own }) => new JsonText(`${text.slice(0, -1)},"me":${JSON.stringify(presentOwnRank(own))}}`),
      )
    },
  )
}
