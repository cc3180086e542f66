import { userUrl } from '../accounts/account.schemas.ts'
import type { ObjectSchema } from '../http/document/json-schema.ts'
import { apiBase } from '../http/links.ts'
import { PageQuery, pageLink } from '../http/pagination.ts'
import { dayText } from '../shared/campus-calendar.ts'
import { Day } from '../statistics/statistics.schemas.ts'
import { type BoardPeriod, boardKinds } from './board-period.ts'
import type { OwnRank as Rank, WrittenBoardPage } from './leaderboard.service.ts'

const seconds = {
  type: 'integer',
  minimum: 0,
  description: '计入排行的秒数 · Seconds that count on the board',
} as const

const BoardRow = {
  title: 'LeaderboardRow',
  type: 'object',
  required: ['rank', 'user', 'username', 'seconds'],
  properties: {
    rank: { type: 'integer', minimum: 1, description: '名次，秒数相同则并列 · Rank; the same seconds share one' },
    user: {
      type: ['string', 'null'],
      format: 'uri',
      description: '用户的地址，匿名上榜则为 `null` · URL of the user, `null` for who is ranked anonymously',
    },
    username: {
      type: ['string', 'null'],
      description: '用户名，匿名上榜则为 `null` · User name, `null` for who is ranked anonymously',
    },
    seconds,
  },
  description: '排行榜上的一行 · A row of a board',
} as const satisfies ObjectSchema

const OwnRank = {
  title: 'OwnRank',
  type: 'object',
  required: ['rank', 'seconds'],
  properties: {
    rank: {
      type: ['integer', 'null'],
      minimum: 1,
      description: '自己的名次，没有上榜则为 `null` · Own rank, `null` for who is not on the board',
    },
    seconds,
  },
  description: '自己的名次，总是最新的 · The caller’s own rank, always up to date',
} as const satisfies ObjectSchema

export const Leaderboard = {
  title: 'Leaderboard',
  type: 'object',
  required: ['period', 'from', 'to', 'count', 'next', 'prev', 'rows', 'me'],
  properties: {
    period: { type: 'string', enum: boardKinds, description: '日、周、月或学期 · Day, week, month or term' },
    from: { ...Day, description: '第一天 · First day' },
    to: { ...Day, description: '最后一天 · Last day' },
    count: { type: 'integer', minimum: 0, description: '上榜总人数，不只本页 · All on the board, not only this page' },
    next: {
      type: ['string', 'null'],
      format: 'uri',
      description: '下一页的地址，没有则为 `null` · URL of the next page, or `null`',
    },
    prev: {
      type: ['string', 'null'],
      format: 'uri',
      description: '上一页的地址，没有则为 `null` · URL of the previous page, or `null`',
    },
    rows: { type: 'array', items: BoardRow, description: '本页的名次 · The rows of this page' },
    me: OwnRank,
  },
  description: '排行榜的一页 · A page of a leaderboard',
  examples: [
    {
      ...{ period: 'week', from: '2017-03-20', to: '2017-03-26', count: 2, next: null, prev: null },
      rows: [
        { rank: 1, user: 'http://127.0.0.1:5000/api/v1.0/users/1', username: 'bllli', seconds: 36_000 },
        { rank: 2, user: null, username: null, seconds: 1800 },
      ],
      me: { rank: 2, seconds: 1800 },
    },
  ],
} as const satisfies ObjectSchema

export const LeaderboardParams = {
  type: 'object',
  required: ['period'],
  properties: {
    period: {
      type: 'string',
      enum: boardKinds,
      description: '日、周（周一开始）、月或学期 · Day, week (from Monday), month or term',
      examples: ['week'],
    },
  },
} as const satisfies ObjectSchema

export const LeaderboardQuery = {
  type: 'object',
  properties: {
    date: {
      ...Day,
      description: '所求时段内的任意一天（校园日期），默认今天 · Any campus day of the wanted period; today by default',
    },
    per_page: { ...PageQuery.properties.per_page, description: '每页行数 · Rows on a page' },
    cursor: PageQuery.properties.cursor,
  },
} as const satisfies ObjectSchema

/** Does not contain the caller's own rank, so that all callers can share one text. */
export function presentBoard(
  { kind, first, last }: BoardPeriod,
  { rows, count, next, prev }: WrittenBoardPage,
  { origin, perPage }: { origin: string; perPage: number | undefined },
) {
  const url = `${origin}${apiBase}/leaderboards/${kind}`
  // The links contain the day, so that they stay on this board after midnight.
  const query = { date: dayText(first), per_page: perPage }
  return {
    ...{ period: kind, from: dayText(first), to: dayText(last), count },
    next: pageLink(url, query, next),
    prev: pageLink(url, query, prev),
    rows: rows.map(({ rank, accountId, username, seconds }) => ({
      rank,
      user: username === undefined ? null : userUrl(origin, accountId),
      username: username ?? null,
      seconds,
    })),
  }
}

export function presentOwnRank({ rank, seconds }: Rank) {
  return { rank: rank ?? null, seconds }
}
