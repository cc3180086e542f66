import type { FastifySchemaValidationError } from 'fastify'
import { userUrl } from '../accounts/account.schemas.ts'
import { Id } from '../http/document/api-schemas.ts'
import type { JsonSchema, ObjectSchema } from '../http/document/json-schema.ts'
import { invalidParameter } from '../http/errors/invalid-parameter.ts'
import { apiBase } from '../http/links.ts'
import { PageQuery, pageLinks } from '../http/pagination.ts'
import { fromWireTime, NullableWireTime, OptionalWireTime, toWireTime, WireTime } from '../http/wire-time.ts'
import { DomainError } from '../shared/errors.ts'
import type { Page } from '../shared/page.ts'
import { maxNoteChars, maxSubjectChars } from './own/study-text.ts'
import type { Study } from './study.ts'

const example = {
  creator: 'http://127.0.0.1:5000/api/v1.0/users/1',
  end_time: null,
  id: 8,
  start_time: '2017-03-25 11:55:47',
  url: 'http://127.0.0.1:5000/api/v1.0/studys/8',
}

export const StudyRecord = {
  title: 'Study',
  type: 'object',
  required: ['id', 'url', 'creator', 'start_time', 'end_time'],
  properties: {
    id: { type: 'integer', description: '编号 · Id' },
    url: { type: 'string', format: 'uri', description: '该记录的地址 · URL of the record' },
    creator: { type: 'string', format: 'uri', description: '用户的地址 · URL of the user' },
    start_time: { ...WireTime, description: '开始时间（UTC） · Start, UTC' },
    end_time: { ...NullableWireTime, description: '结束时间（UTC），进行中为 `null` · End, UTC; `null` while running' },
  },
  description: '学习记录 · A study record',
  examples: [example],
} as const satisfies ObjectSchema

export const StudyPage = {
  title: 'StudyPage',
  type: 'object',
  required: ['count', 'next', 'prev', 'studys'],
  properties: {
    count: {
      type: 'integer',
      minimum: 0,
      description: '符合条件的总数，不只本页 · Number of all matching records, not only of this page',
    },
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
    studys: { type: 'array', items: StudyRecord, description: '本页的记录 · The records of this page' },
  },
  description: '一页学习记录 · A page of study records',
  examples: [{ count: 1, next: null, prev: null, studys: [example] }],
} as const satisfies ObjectSchema

export const Subject = {
  type: ['string', 'null'],
  description: `科目，最多 ${maxSubjectChars} 个字符；\`null\` 或空文本为没有 · Subject, at most ${maxSubjectChars} characters; \`null\` and the empty text are none`,
} as const satisfies JsonSchema

export const Note = {
  type: ['string', 'null'],
  description: `备注，最多 ${maxNoteChars} 个字符，可换行；\`null\` 或空文本为没有 · Note, at most ${maxNoteChars} characters, line breaks allowed; \`null\` and the empty text are none`,
} as const satisfies JsonSchema

export const StartBody = {
  title: 'StudyStart',
  type: 'object',
  properties: {
    start_time: { ...OptionalWireTime, description: '开始时间（UTC），默认现在 · Start, UTC; now by default' },
    subject: Subject,
    note: Note,
  },
  description: '可省略，默认从现在开始 · Optional: the record starts now by default',
  examples: [{}],
} as const satisfies ObjectSchema

export const EndBody = {
  title: 'StudyEnd',
  type: 'object',
  properties: {
    end_time: { ...OptionalWireTime, description: '结束时间（UTC），默认现在 · End, UTC; now by default' },
  },
  description: '可省略，默认现在结束 · Optional: the record ends now by default',
  examples: [{}],
} as const satisfies ObjectSchema

// No examples: somebody who fills in all examples of the API document would filter out all records.
const { examples: _, ...time } = WireTime

const running = {
  type: 'boolean',
  description: '只要进行中的，或只要已结束的 · Only records that are running, or only those that are over',
} as const satisfies JsonSchema

export const StudyListQuery = {
  type: 'object',
  properties: { ...PageQuery.properties, running },
} as const satisfies ObjectSchema

export const UserStudyListQuery = {
  type: 'object',
  properties: {
    ...StudyListQuery.properties,
    from: { ...time, description: '此刻及以后开始的（UTC） · That start at or after this time, UTC' },
    to: { ...time, description: '此刻以前开始的（UTC） · That start before this time, UTC' },
  },
} as const satisfies ObjectSchema

export function presentStudy(study: Study, origin: string) {
  return {
    id: study.id,
    url: `${origin}${apiBase}/studys/${study.id}`,
    creator: userUrl(origin, study.accountId),
    start_time: toWireTime(study.startedAt),
    end_time: study.end ? toWireTime(study.end.at) : null,
  }
}

/** `url` is the list's URL without its query. */
export function presentPage(page: Page<Study>, origin: string, url: string, query: object) {
  return {
    count: page.count,
    ...pageLinks(page, url, query),
    studys: page.items.map((study) => presentStudy(study, origin)),
  }
}

export const StudyParams = {
  type: 'object',
  required: ['study_id'],
  properties: { study_id: { ...Id, description: '学习记录的编号 · Id of the record' } },
} as const satisfies ObjectSchema

/** @throws DomainError `bad-time`, `range-reversed` for a range that ends before it begins */
export function timeRange({ from, to }: { from?: string; to?: string }) {
  const range = {
    from: from === undefined ? undefined : fromWireTime(from, 'from'),
    to: to === undefined ? undefined : fromWireTime(to, 'to'),
  }
  if (range.from !== undefined && range.to !== undefined && range.to < range.from)
    throw new DomainError('range-reversed')
  return range
}

const badTime = invalidParameter('bad-time')

/** The `schemaErrorFormatter` of routes that accept a record's fields. */
export function invalidStudyField(faults: FastifySchemaValidationError[]): DomainError {
  const field = faults[0]?.instancePath
  if (field === '/subject') return new DomainError('subject-malformed')
  return field === '/note' ? new DomainError('note-malformed') : badTime(faults)
}
