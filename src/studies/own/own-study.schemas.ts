import type { JsonSchema, ObjectSchema } from '../../http/document/json-schema.ts'
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

const nullable = <S extends JsonSchema>(schema: S) => ({ anyOf: [schema, { type: 'null' }] }) as const

export const OwnStudyRecord = {
  type: 'object',
  required: [...StudyRecord.required, 'subject', 'note', 'seconds', 'ended_by', 'self_reported'],
  properties: {
    ...StudyRecord.properties,
    subject: nullable({ type: 'string' }),
    note: nullable({ type: 'string' }),
    seconds: { type: 'integer', description: 'Its length; of a running record, so far.' },
    ended_by: {
      anyOf: [
        ...(['owner', 'next start', 'idle', 'limit'] as const).map(
          (cause) => ({ type: 'string', const: cause }) as const,
        ),
        { type: 'null' },
      ],
      description:
        '`idle`: no heartbeat came any more; `limit`: it had run for as long as a record may; null while running.',
    },
    self_reported: {
      type: 'boolean',
      description:
        'False only while all of its time was seen by the service: started and ended live, and not made longer since.',
    },
    elapsed_seconds: { type: 'integer', description: 'Of a running record.' },
    server_time: { ...WireTime, description: 'Of a running record: when `elapsed_seconds` was measured.' },
  },
  description: 'A study record as its owner sees it.',
  examples: [example],
} as const satisfies ObjectSchema

export const OwnStudyPage = {
  ...StudyPage,
  properties: { ...StudyPage.properties, studys: { type: 'array', items: OwnStudyRecord } },
  description: 'A page of own study records.',
  examples: [{ count: 1, next: null, prev: null, studys: [example] }],
} as const satisfies ObjectSchema

export const EditBody = {
  type: 'object',
  properties: { start_time: OptionalWireTime, end_time: OptionalWireTime, subject: Subject, note: Note },
  description:
    '只改所给的字段；`null` 清除科目或备注。 · Only what is given changes; `null` clears a subject or a note.',
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

/** `url` is the list's own, without its query. */
export function presentOwnPage(page: Page<OwnStudy>, origin: string, now: EpochSeconds, url: string, query: object) {
  return {
    count: page.count,
    ...pageLinks(page, url, query),
    studys: page.items.map((study) => presentOwnStudy(study, origin, now)),
  }
}
