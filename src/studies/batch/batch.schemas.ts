import type { JsonSchema, ObjectSchema } from '../../http/document/json-schema.ts'
import { errorBody } from '../../http/errors/error-body.ts'
import { errorCatalogue } from '../../http/errors/error-catalogue.ts'
import type { Language } from '../../http/errors/language.ts'
import { OwnStudyRecord, presentOwnStudy } from '../own/own-study.schemas.ts'
import { BatchItemBody } from './batch-item.schemas.ts'
import { type BatchAction, type BatchResult, isRefusal, maxBatchItems } from './batch-item.ts'

const [zero, later] = ['2017-03-25 11:55:47', 'a9f0c1de-record'] as const

export const BatchBody = {
  title: 'Batch',
  type: 'object',
  required: ['items'],
  properties: {
    items: {
      type: 'array',
      maxItems: maxBatchItems,
      items: BatchItemBody,
      description: `按顺序执行，最多 ${maxBatchItems} 项 · Applied in order, at most ${maxBatchItems}`,
    },
  },
  description: '离线时的操作 · What was done offline',
  // A record of zero length that is deleted again, so that sending the example adds no time.
  examples: [
    {
      items: [
        { key: later, action: 'record', start_time: zero, end_time: zero, subject: '高等数学' },
        { key: 'a9f0c1de-edit', action: 'edit', record_key: later, note: '第三章' },
        { key: 'a9f0c1de-delete', action: 'delete', record_key: later },
      ],
    },
  ],
} as const satisfies ObjectSchema

export const BatchItemResult = {
  title: 'BatchItemResult',
  type: 'object',
  required: ['key', 'status'],
  properties: {
    key: {
      type: ['string', 'null'],
      description: '该项的 `key`，不是文本则为 `null` · The item’s `key`; `null` if it was not a text',
    },
    status: {
      type: 'integer',
      description:
        '201 已新建，200 已结束或修改，204 已删除；400、403、404、422 未执行，其他项不受影响；503 未轮到，请原样再发 · The HTTP status of this item: 201 created, 200 ended or edited, 204 deleted; 4xx refused, without effect on other items; 503 not reached in time, send it again',
    },
    study: {
      anyOf: [OwnStudyRecord, { type: 'null' }],
      description:
        '执行该项之后的记录，删除后为 `null`；未执行则没有此字段 · The record after the item was applied; `null` after a deletion, absent if the item was refused',
    },
    error: {
      type: 'string',
      description: '只在未执行时：错误类型 · Only if refused: the error type',
    },
    message: {
      type: 'string',
      description: '只在未执行时：给用户看的说明 · Only if refused: message for people, what to do next',
    },
  },
  description: '一项的结果 · The result of one item',
} as const satisfies ObjectSchema & JsonSchema

export const BatchResults = {
  title: 'BatchResults',
  type: 'object',
  required: ['results'],
  properties: {
    results: {
      type: 'array',
      items: BatchItemResult,
      description: '每项一个结果，顺序相同 · One for each item, in the same order',
    },
  },
  description: '每项的结果 · The result of each item',
  examples: [
    {
      results: [
        { key: later, status: 201, study: OwnStudyRecord.examples[0] },
        {
          key: 'a9f0c1de-end',
          status: 404,
          error: 'not found',
          message: errorCatalogue['record-key-unknown'].zh,
        },
      ],
    },
  ],
} as const satisfies ObjectSchema

const statuses = { start: 201, record: 201, end: 200, edit: 200, delete: 204 } as const satisfies Record<
  BatchAction,
  number
>

/** `item` is what the client sent. */
export function presentResult(item: unknown, { answer, at }: BatchResult, origin: string, language: Language) {
  const { key, action } = (item ?? {}) as { key?: unknown; action: BatchAction }
  const named = { key: typeof key === 'string' ? key : null }
  if (isRefusal(answer)) {
    const { code, parameter } = answer
    const details = parameter === undefined ? {} : { parameter }
    return { ...named, status: errorCatalogue[code].status, ...errorBody(code, language, details) }
  }
  const { study } = answer
  return { ...named, status: statuses[action], study: study ? presentOwnStudy(study, origin, at) : null }
}
