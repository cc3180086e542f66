import type { ObjectSchema } from '../../http/document/json-schema.ts'
import { pageLinks } from '../../http/pagination.ts'
import { OptionalWireTime, toWireTime, WireTime } from '../../http/wire-time.ts'
import type { EpochSeconds } from '../../shared/clock.ts'
import type { Page } from '../../shared/page.ts'
import { Note, presentStudy, StudyPage, StudyRecord, Subject } from '../study.schemas.ts'
import type { EndCause } from '../study.ts'
import { isSelfReported, lengthOf, type OwnStudy } from './own-study.ts'

const example = {
  ...StudyRecord.examples[0],
  end_time: '2017-03-25 13:10:00',
  subject: '高等数学',
  note: null,
  seconds: 4453,
  ended_by: 'owner',
  self_reported: false,
}

export const OwnStudyRecord = {
  title: 'OwnStudy',
  type: 'object',
  required: [...StudyRecord.required, 'subject', 'note', 'seconds', 'ended_by', 'self_reported'],
  properties: {
    ...StudyRecord.properties,
    subject: { type: ['string', 'null'], description: '科目，没有则为 `null` · Subject, or `null`' },
    note: { type: ['string', 'null'], description: '备注，没有则为 `null` · Note, or `null`' },
    seconds: {
      type: 'integer',
      description: '时长（秒），进行中的算到现在 · Length in seconds; of a running record, until now',
    },
    ended_by: {
      type: ['string', 'null'],
      enum: ['owner', 'next start', 'idle', 'limit', null],
      description:
        '怎样结束：`owner` 自己结束，`next start` 被下一次开始结束，`idle` 不再有心跳，`limit` 到时长上限；进行中为 `null` · What ended it: `owner`, `next start`, `idle` (heartbeats stopped) or `limit` (maximum length); `null` while running',
    },
    self_reported: {
      type: 'boolean',
      description:
        '只有全部时间都由服务器见证（实时开始、实时结束，之后没有改长）才为 `false` · `false` only if the service has seen all of its time: started and ended live, and not made longer afterwards',
    },
    elapsed_seconds: {
      type: 'integer',
      description: '只在进行中的记录里：已过去的秒数 · Only of a running record: seconds until now',
    },
    server_time: {
      ...WireTime,
      description:
        '只在进行中的记录里：服务器时间（UTC） · Only of a running record: when `elapsed_seconds` was measured, UTC',
    },
  },
  description: '自己的学习记录 · A study record as its owner sees it',
  examples: [example],
} as const satisfies ObjectSchema

export const OwnStudyPage = {
  ...StudyPage,
  title: 'OwnStudyPage',
  properties: { ...StudyPage.properties, studys: { ...StudyPage.properties.studys, items: OwnStudyRecord } },
  description: '一页自己的学习记录 · A page of own study records',
  examples: [{ count: 1, next: null, prev: null, studys: [example] }],
} as const satisfies ObjectSchema

export const EditBody = {
  title: 'StudyEdit',
  type: 'object',
  properties: {
    start_time: { ...OptionalWireTime, description: '开始时间（UTC） · Start, UTC' },
    end_time: { ...OptionalWireTime, description: '结束时间（UTC） · End, UTC' },
    subject: Subject,
    note: Note,
  },
  description:
    '只改所给的字段；`null` 清除科目或备注 · Only the given fields change; `null` clears a subject or a note',
  examples: [{ subject: '高等数学', note: null }],
} as const satisfies ObjectSchema

const wireCauses = {
  student: 'owner',
  'next-start': 'next start',
  idle: 'idle',
  limit: 'limit',
} as const satisfies Record<EndCause, string>

export function presentOwnStudy(study: OwnStudy, origin: string, now: EpochSeconds) {
  const seconds = lengthOf(study, now)
  return {
    ...presentStudy(study, origin),
    subject: study.subject ?? null,
    note: study.note ?? null,
    seconds,
    ended_by: study.end ? wireCauses[study.end.cause] : null,
    self_reported: isSelfReported(study),
    ...(study.end ? {} : { elapsed_seconds: seconds, server_time: toWireTime(now) }),
  }
}

/** `url` is the list's URL without its query. */
export function presentOwnPage(page: Page<OwnStudy>, origin: string, now: EpochSeconds, url: string, query: object) {
  return {
    count: page.count,
    ...pageLinks(page, url, query),
    studys: page.items.map((study) => presentOwnStudy(study, origin, now)),
  }
}
