import type { FastifySchemaValidationError } from 'fastify'
import { userUrl } from '../accounts/account.schemas.ts'
import { idParameter } from '../http/document/api-schemas.ts'
import type { JsonSchema, ObjectSchema } from '../http/document/json-schema.ts'
import { invalidParameter } from '../http/errors/invalid-parameter.ts'
import { apiBase } from '../http/links.ts'
import { PageQuery, pageLinks } from '../http/pagination.ts'
import { fromWireTime, OptionalWireTime, toWireTime, WireTime } from '../http/wire-time.ts'
import { DomainError } from '../shared/errors.ts'
import type { Page } from '../shared/page.ts'
import { longestNote, longestSubject } from './own/study-text.ts'
import type { Study, StudyId } from './study.ts'

const example = {
  creator: 'http://127.0.0.1:5000/api/v1.0/users/1',
  end_time: null,
  id: 8,
  start_time: '2017-03-25 11:55:47',
  url: 'http://127.0.0.1:5000/api/v1.0/studys/8',
}

export const StudyRecord = {
  type: 'object',
  required: ['id', 'url', 'creator', 'start_time', 'end_time'],
  properties: {
    id: { type: 'integer' },
    url: { type: 'string', format: 'uri' },
    creator: { type: 'string', format: 'uri', description: 'URL of the user.' },
    start_time: WireTime,
    end_time: { anyOf: [WireTime, { type: 'null' }], description: 'null while running.' },
  },
  description: 'A study record.',
  examples: [example],
} as const satisfies ObjectSchema

export const StudyPage = {
  type: 'object',
  required: ['count', 'next', 'prev', 'studys'],
  properties: {
    count: { type: 'integer', description: 'All that match, not only this page.' },
    next: { anyOf: [{ type: 'string' }, { type: 'null' }] },
    prev: { anyOf: [{ type: 'string' }, { type: 'null' }] },
    studys: { type: 'array', items: StudyRecord },
  },
  description: 'A page of study records.',
  examples: [{ count: 1, next: null, prev: null, studys: [example] }],
} as const satisfies ObjectSchema

export const Subject = {
  anyOf: [{ type: 'string' }, { type: 'null' }],
  description: `科目，最多 ${longestSubject} 个字符；\`null\` 或空文本为没有 · Subject, at most ${longestSubject} characters; \`null\` and the empty text are none`,
} as const satisfies JsonSchema

export const Note = {
  anyOf: [{ type: 'string' }, { type: 'null' }],
  description: `备注，最多 ${longestNote} 个字符，可换行；\`null\` 或空文本为没有 · Note, at most ${longestNote} characters, line breaks allowed; \`null\` and the empty text are none`,
} as const satisfies JsonSchema

export const StartBody = {
  type: 'object',
  properties: { start_time: OptionalWireTime, subject: Subject, note: Note },
  description: '可省略：默认从现在开始。 · Optional: the record starts now by default.',
  examples: [{}],
} as const satisfies ObjectSchema

export const EndBody = {
  type: 'object',
  properties: { end_time: OptionalWireTime },
  description: '可省略：默认现在结束。 · Optional: the record ends now by default.',
  examples: [{}],
} as const satisfies ObjectSchema

const running = {
  type: 'boolean',
  description: 'Only records that are running, or only those that are over.',
} as const satisfies JsonSchema

export const StudyListQuery = {
  type: 'object',
  properties: { ...PageQuery.properties, running },
} as const satisfies ObjectSchema

export const UserStudyListQuery = {
  type: 'object',
  properties: {
    ...StudyListQuery.properties,
    from: { ...WireTime, description: 'Records that start at or after this time.' },
    to: { ...WireTime, description: 'Records that start before this time.' },
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

/** `url` is the list's own, without its query. */
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
  properties: { study_id: { type: 'string', description: 'Id of the record.' } },
} as const satisfies ObjectSchema

/** @throws DomainError `not-found` */
export function studyId(text: string): StudyId {
  const id = idParameter(text)
  if (id === undefined) throw new DomainError('not-found')
  return id as StudyId
}

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

/** The `schemaErrorFormatter` of routes that take a record's fields. */
export function invalidStudyField(faults: FastifySchemaValidationError[]): DomainError {
  const field = faults[0]?.instancePath
  if (field === '/subject') return new DomainError('subject-malformed')
  return field === '/note' ? new DomainError('note-malformed') : badTime(faults)
}
