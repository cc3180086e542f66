import type { AccountId } from '../../accounts/account.ts'
import type { JsonSchema, ObjectSchema } from '../../http/document/json-schema.ts'
import { toWireTime, WireTime } from '../../http/wire-time.ts'
import type { EpochSeconds } from '../../shared/clock.ts'
import { DomainError } from '../../shared/errors.ts'
import { OwnStudyRecord, presentOwnStudy } from '../own/own-study.schemas.ts'
import type { Change, ChangeCursor, ChangePage } from './change.ts'

export const maxChangesPerPage = 100

export const ChangesQuery = {
  type: 'object',
  properties: {
    since: {
      type: 'string',
      maxLength: 128,
      description:
        '上一次响应的 `cursor`；不填则从头列出所有记录 · The `cursor` of the last response; without it, all records are listed from the beginning',
    },
    per_page: {
      type: 'integer',
      minimum: 1,
      maximum: maxChangesPerPage,
      default: maxChangesPerPage,
      description: '每页条数 · Changes per page',
    },
  },
} as const satisfies ObjectSchema

const StudyChange = {
  title: 'StudyChange',
  type: 'object',
  required: ['id', 'deleted', 'study'],
  properties: {
    id: { type: 'integer', description: '记录的编号 · Id of the record' },
    deleted: { type: 'boolean', description: '是否已删除 · Whether the record was deleted' },
    study: {
      anyOf: [OwnStudyRecord, { type: 'null' }],
      description: '记录的当前内容，已删除则为 `null` · The record in its current state; `null` if it was deleted',
    },
  },
  description: '一条记录的变化 · A change of a record',
} as const satisfies ObjectSchema & JsonSchema

export const Changes = {
  title: 'Changes',
  type: 'object',
  required: ['changes', 'cursor', 'more', 'reset', 'server_time'],
  properties: {
    changes: {
      type: 'array',
      items: StudyChange,
      description:
        '新建、修改和删除的记录；有 `since` 时，每条记录只列一次 · Created, changed or deleted records; with `since`, each of them once',
    },
    cursor: { type: 'string', description: '下一次请求的 `since` · The `since` of the next request' },
    more: {
      type: 'boolean',
      description: '是否还有更多变化可以立即获取 · Whether more changes are available right now',
    },
    reset: {
      type: 'boolean',
      description:
        '`since` 太旧或不属于本账号：请丢弃本地的记录，本页起从头列出所有记录 · `since` was too old or of another account: delete all local records; this page begins a list of all records',
    },
    server_time: { ...WireTime, description: '服务器时间（UTC） · Server time, UTC' },
  },
  description: '一页变化 · A page of changes',
  examples: [
    {
      changes: [
        { id: 8, deleted: false, study: OwnStudyRecord.examples[0] },
        { id: 7, deleted: true, study: null },
      ],
      cursor: 'YzEuMTI',
      more: false,
      reset: false,
      server_time: '2017-03-25 13:10:02',
    },
  ],
} as const satisfies ObjectSchema

export function presentChanges({ changes, cursor, more, reset }: ChangePage, origin: string, now: EpochSeconds) {
  const present = ({ id, study }: Change) => ({
    id,
    deleted: study === undefined,
    study: study ? presentOwnStudy(study, origin, now) : null,
  })
  return {
    changes: changes.map(present),
    cursor: encodeCursor(cursor),
    more,
    reset,
    server_time: toWireTime(now),
  }
}

function encodeCursor({ accountId, version, walked }: ChangeCursor): string {
  const walk = walked ? [walked.startedAt, walked.id] : []
  return Buffer.from(`c${[accountId, version, ...walk].join('.')}`).toString('base64url')
}

/** @throws DomainError `bad-query` for a text that is not a cursor of this service */
export function decodeCursor(text: string | undefined): ChangeCursor | undefined {
  if (text === undefined || text === '') return undefined
  const parts = /^c(\d{1,16})\.(\d{1,16})(?:\.(-?\d{1,16})\.(\d{1,16}))?$/.exec(
    Buffer.from(text, 'base64url').toString('latin1'),
  )
  const [accountId = 0, version = 0, startedAt, id] = (parts?.slice(1) ?? []).map((part) => part && Number(part))
  const numbers = [accountId, version, startedAt ?? 0, id ?? 0]
  if (parts === null || !numbers.every(Number.isSafeInteger)) throw new DomainError('bad-query', { parameter: 'since' })
  const cursor = { accountId: accountId as AccountId, version: version as number }
  if (startedAt === undefined || id === undefined) return cursor
  return { ...cursor, walked: { startedAt: startedAt as number, id: id as number } }
}
