import { UserId } from '../accounts/account.schemas.ts'
import type { JsonSchema, ObjectSchema } from '../http/document/json-schema.ts'
import { type CampusDay, dayText, parseDay } from '../shared/campus-calendar.ts'
import { DomainError } from '../shared/errors.ts'
import type { Statistics } from './statistics.ts'

/** Without examples: a reader of the API document who fills in every example would ask for one day of long ago. */
export const Day = {
  type: 'string',
  pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$',
  description: '校园日历的一天（`TIMEZONE`），`YYYY-MM-DD` · A day of the campus (`TIMEZONE`)',
} as const satisfies JsonSchema

export const StatisticsParams = {
  type: 'object',
  required: ['user_id'],
  properties: { user_id: UserId },
} as const satisfies ObjectSchema

export const StatisticsQuery = {
  type: 'object',
  properties: {
    from: {
      ...Day,
      description: '第一天，默认为 `to` 前 6 天 · First day; by default, six days before `to`',
    },
    to: {
      ...Day,
      description:
        '最后一天（含），默认今天；从 `from` 起最多 400 天 · Last day, included; today by default. At most 400 days from `from`',
    },
  },
} as const satisfies ObjectSchema

const seconds = { type: 'integer', minimum: 0 } as const

const DaySeconds = {
  type: 'object',
  required: ['day', 'seconds'],
  properties: { day: Day, seconds: { ...seconds, description: '这一天学习的秒数 · Seconds of the day' } },
} as const satisfies ObjectSchema

const SubjectSeconds = {
  type: 'object',
  required: ['subject', 'seconds'],
  properties: {
    subject: {
      type: ['string', 'null'],
      description: '科目，没有填的为 `null` · Subject; `null` where none was given',
    },
    seconds: { ...seconds, description: '秒数 · Seconds' },
  },
} as const satisfies ObjectSchema

const StreakDays = {
  type: 'object',
  required: ['current', 'longest', 'today'],
  properties: {
    current: {
      type: 'integer',
      minimum: 0,
      description:
        '到今天或昨天为止连续的天数，今天还没学够不算中断 · Days in a row up to today, or up to yesterday while today does not count yet',
    },
    longest: {
      type: 'integer',
      minimum: 0,
      description: '全部历史中最长的连续天数 · The longest of the whole history',
    },
    today: { type: 'boolean', description: '今天是否已学够 · Whether today counts already' },
  },
  description:
    '连续学习：一天学够 `STREAK_MINUTES`（默认 15）分钟即算 · Days in a row with at least `STREAK_MINUTES` (15 by default) of study',
} as const satisfies ObjectSchema

const weekdays = Array.from({ length: 7 }, () => Array.from({ length: 24 }, () => 0))

export const StatisticsAnswer = {
  title: 'Statistics',
  type: 'object',
  required: [
    ...(['from', 'to', 'timezone', 'days', 'total_seconds', 'average_seconds'] as const),
    ...(['longest_seconds', 'streak', 'hours'] as const),
  ],
  properties: {
    from: { ...Day, description: '第一天 · First day' },
    to: { ...Day, description: '最后一天（含） · Last day, included' },
    timezone: { type: 'string', description: '校园的时区 · Time zone of the campus' },
    days: { type: 'array', items: DaySeconds, description: '每一天，没有学习的为 0 · Every day, also those with 0' },
    total_seconds: { ...seconds, description: '总秒数，即各天之和 · Sum of the days' },
    average_seconds: {
      ...seconds,
      description: '平均每天的秒数，没有学习的日子也算在内，舍去零头 · Per day, counting every day; rounded down',
    },
    longest_seconds: {
      ...seconds,
      description: '最长的一条记录在这些天里的秒数 · The longest single record, as far as it lies in these days',
    },
    streak: StreakDays,
    hours: {
      type: 'array',
      minItems: 7,
      maxItems: 7,
      items: { type: 'array', minItems: 24, maxItems: 24, items: seconds },
      description:
        '星期几（从周一起）和当地几点（0 到 23）的秒数 · Seconds by weekday, Monday first, and local hour, 0 to 23',
    },
    subjects: {
      type: 'array',
      items: SubjectSeconds,
      description: '各科目的秒数，多的在前，只给本人 · Seconds by subject, the most first; only for the owner',
    },
  },
  description: '学习统计 · What the records add up to',
  examples: [
    {
      from: '2017-03-25',
      to: '2017-03-26',
      timezone: 'Asia/Shanghai',
      days: [
        { day: '2017-03-25', seconds: 4453 },
        { day: '2017-03-26', seconds: 0 },
      ],
      total_seconds: 4453,
      average_seconds: 2226,
      longest_seconds: 4453,
      streak: { current: 1, longest: 12, today: false },
      hours: weekdays.map((hours, weekday) =>
        weekday === 5 ? hours.map((_, hour) => (hour === 20 ? 3600 : hour === 21 ? 853 : 0)) : hours,
      ),
      subjects: [{ subject: '高等数学', seconds: 4453 }],
    },
  ],
} as const satisfies ObjectSchema

/** @throws DomainError `bad-query` */
export function dayOfQuery(text: string | undefined, parameter: string): CampusDay | undefined {
  const day = text === undefined ? undefined : parseDay(text)
  if (text !== undefined && day === undefined) throw new DomainError('bad-query', { parameter })
  return day
}

export function presentStatistics(statistics: Statistics, isOwner: boolean) {
  const { from, to, timezone, days, streak, hours, subjects } = statistics
  return {
    from: dayText(from),
    to: dayText(to),
    timezone,
    days: days.map(({ day, seconds }) => ({ day: dayText(day), seconds })),
    total_seconds: statistics.totalSeconds,
    average_seconds: statistics.averageSeconds,
    longest_seconds: statistics.longestSeconds,
    streak,
    hours,
    ...(isOwner ? { subjects } : {}),
  }
}
