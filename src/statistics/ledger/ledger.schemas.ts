import type { ObjectSchema } from '../../http/document/json-schema.ts'
import { toWireTime, WireTime } from '../../http/wire-time.ts'
import { type CampusDay, dayText } from '../../shared/campus-calendar.ts'
import { Day } from '../statistics.schemas.ts'
import { type Ledger, ledgerNotes, maxIds } from './ledger.ts'

export const LedgerQuery = {
  type: 'object',
  properties: { day: { ...Day, description: '哪一天，默认今天 · Which day; today by default' } },
} as const satisfies ObjectSchema

const seconds = { type: 'integer', minimum: 0 } as const

const LedgerIntervalAnswer = {
  type: 'object',
  required: ['start_time', 'end_time', 'seconds', 'studys', 'counted', 'board_counted', 'notes'],
  properties: {
    start_time: { ...WireTime, description: '开始（UTC） · Start, UTC' },
    end_time: { ...WireTime, description: '结束（UTC），进行中的到现在 · End, UTC; now, if it is running' },
    seconds: { ...seconds, description: '长度（秒） · Length in seconds' },
    studys: {
      type: 'array',
      items: { type: 'integer' },
      description: `这段时间属于哪些记录，先开始的在前，最多 ${maxIds} 个 · Ids of the records that cover it, the first to start first, at most ${maxIds}`,
    },
    counted: {
      ...seconds,
      description:
        '计入这一天的秒数：不管有几条记录，只算一次 · What counts for the day: once, however many records cover it',
    },
    board_counted: { ...seconds, description: '计入排行榜的秒数 · What counts on boards' },
    notes: {
      type: 'array',
      items: { type: 'string', enum: ledgerNotes },
      description: `说明：

- \`cut at midnight\`：记录跨过午夜，这里只有当天的部分
- \`overlap\`：几条记录重叠，只算一次
- \`running\`：还在进行，结束后才计入排行榜
- \`self-reported\`：事后补记或改长的，不计入排行榜
- \`end not seen\`：没有及时结束（到时长上限为止，或事后补了结束时间），不计入排行榜
- \`over day limit\`：超过每天上限 \`BOARD_DAY_HOURS\` 的部分不计入排行榜

Why:

- \`cut at midnight\`: the record crosses midnight; this is the day’s part
- \`overlap\`: several records cover it; it counts once
- \`running\`: it still runs; boards count it once it has ended
- \`self-reported\`: added later or made longer; boards do not count it
- \`end not seen\`: it was not ended in time (it ran up to the limit, or its end was given later); boards do not count it
- \`over day limit\`: boards do not count what is beyond \`BOARD_DAY_HOURS\` of a day`,
    },
  },
} as const satisfies ObjectSchema

export const LedgerAnswer = {
  title: 'Ledger',
  type: 'object',
  required: ['day', 'seconds', 'board_seconds', 'intervals'],
  properties: {
    day: { ...Day, description: '哪一天 · The day' },
    seconds: {
      ...seconds,
      description:
        '这一天的秒数，即各段 `counted` 之和，与统计一致 · Seconds of the day, as in the statistics: the sum of `counted`',
    },
    board_seconds: {
      ...seconds,
      description: '排行榜上的秒数，即各段 `board_counted` 之和 · Seconds on boards: the sum of `board_counted`',
    },
    intervals: {
      type: 'array',
      items: LedgerIntervalAnswer,
      description: '各段时间，按顺序，互不重叠 · In order, none overlaps another',
    },
  },
  description: '一天的明细：由哪些时间组成，为什么 · What a day is made of, and why',
  examples: [
    {
      day: '2017-03-25',
      seconds: 5400,
      board_seconds: 3600,
      intervals: [
        {
          ...{ start_time: '2017-03-25 11:00:00', end_time: '2017-03-25 12:00:00', seconds: 3600, studys: [8] },
          ...{ counted: 3600, board_counted: 3600, notes: [] },
        },
        {
          ...{ start_time: '2017-03-25 13:00:00', end_time: '2017-03-25 13:30:00', seconds: 1800, studys: [9, 12] },
          ...{ counted: 1800, board_counted: 0, notes: ['overlap', 'self-reported'] },
        },
      ],
    },
  ],
} as const satisfies ObjectSchema

export function presentLedger({ day, seconds, boardSeconds, intervals }: Ledger & { day: CampusDay }) {
  return {
    day: dayText(day),
    seconds,
    board_seconds: boardSeconds,
    intervals: intervals.map(({ from, to, studyIds, counted, boardCounted, notes }) => ({
      start_time: toWireTime(from),
      end_time: toWireTime(to),
      seconds: to - from,
      studys: studyIds,
      counted,
      board_counted: boardCounted,
      notes,
    })),
  }
}
