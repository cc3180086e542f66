import { hash } from 'node:crypto'
import type { JsonSchema, ObjectSchema } from '../../http/document/json-schema.ts'
import { fromOptionalWireTime, fromWireTime, OptionalWireTime } from '../../http/wire-time.ts'
import type { EpochSeconds } from '../../shared/clock.ts'
import { DomainError } from '../../shared/errors.ts'
import { keptNote, keptSubject } from '../own/study-text.ts'
import { Note, Subject } from '../study.schemas.ts'
import type { StudyId } from '../study.ts'
import { type BatchItem, type BatchStep, batchActions, isBatchKey, maxKeyChars, type Reference } from './batch-item.ts'

export const BatchItemBody = {
  title: 'BatchItem',
  type: 'object',
  required: ['key', 'action'],
  properties: {
    key: {
      type: 'string',
      minLength: 1,
      maxLength: maxKeyChars,
      description:
        '客户端为这一项生成的标识（如 UUID），重发时不变 · The client’s name for the item, such as a UUID; the same when the item is sent again',
    },
    action: {
      type: 'string',
      enum: batchActions,
      description:
        '`start` 开始，`end` 结束，`edit` 修改，`delete` 删除，`record` 补记一整条 · The action; `record` adds a whole past record',
    },
    id: {
      type: ['integer', 'null'],
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description: '记录的编号，用于 `end`、`edit`、`delete` · Id of the record, for `end`, `edit` and `delete`',
    },
    record_key: {
      type: ['string', 'null'],
      description:
        '代替 `id`：新建该记录的那一项的 `key`，在同一批的前面或更早的一批里 · In place of `id`: the `key` of the item that created the record, earlier in this batch or in an earlier one',
    },
    start_time: {
      ...OptionalWireTime,
      description: '开始时间（UTC），`record` 必填 · Start, UTC; required for `record`',
    },
    end_time: {
      ...OptionalWireTime,
      description:
        '结束时间（UTC），`record` 必填，`start` 没有 · End, UTC; required for `record`, not allowed for `start`',
    },
    subject: Subject,
    note: Note,
  },
  description: '离线时的一项操作 · One operation that was done offline',
} as const satisfies ObjectSchema & JsonSchema

const fields = ['action', 'id', 'record_key', 'start_time', 'end_time', 'subject', 'note'] as const
type Fields = Partial<Record<(typeof fields)[number], unknown>>
type Taken = readonly Exclude<(typeof fields)[number], 'action'>[]

const reference = ['id', 'record_key'] as const
const texts = ['subject', 'note'] as const

/** Reads one item separately, so that an invalid one does not affect the others. */
export function readItem(value: unknown): BatchItem {
  const item = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  const { key, ...said } = (item ?? {}) as Fields & { key?: unknown }
  const content = hash('sha256', JSON.stringify(said, [...fields]), 'base64url')
  if (item === undefined) return { key: undefined, content, step: bad('items') }
  if (!isBatchKey(key)) return { key: undefined, content, step: bad('key') }
  return { key, content, step: stepOrRefusal(said) }
}

function stepOrRefusal(said: Fields): BatchStep | DomainError {
  try {
    return stepIn(said)
  } catch (error) {
    if (error instanceof DomainError) return error
    throw error
  }
}

function stepIn(said: Fields): BatchStep {
  const { action } = said
  switch (action) {
    case 'start':
      refuseOthers(said, ['start_time', ...texts])
      return { action, startedAt: optionalTime(said, 'start_time'), texts: textsIn(said) }
    case 'record':
      refuseOthers(said, ['start_time', 'end_time', ...texts])
      return { action, startedAt: time(said, 'start_time'), endedAt: time(said, 'end_time'), texts: textsIn(said) }
    case 'end':
      refuseOthers(said, [...reference, 'end_time', ...texts])
      return { action, of: referenceIn(said), endedAt: optionalTime(said, 'end_time'), texts: textsIn(said) }
    case 'edit': {
      const edit = { startedAt: optionalTime(said, 'start_time'), endedAt: optionalTime(said, 'end_time') }
      return { action, of: referenceIn(said), edit: { ...edit, ...textsIn(said) } }
    }
    case 'delete':
      refuseOthers(said, reference)
      return { action, of: referenceIn(said) }
    default:
      throw bad('action')
  }
}

/** Refuses fields that the action does not support: nothing that a student wrote may be ignored silently. */
function refuseOthers(said: Fields, taken: Taken): void {
  for (const name of fields) if (name !== 'action' && !taken.includes(name) && !isAbsent(said[name])) throw bad(name)
}

function referenceIn({ id, record_key: recordKey }: Fields): Reference {
  if (isAbsent(id) === isAbsent(recordKey)) throw bad('id')
  if (isAbsent(id)) {
    if (!isBatchKey(recordKey)) throw bad('record_key')
    return { recordKey }
  }
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 1) throw bad('id')
  return { id: id as StudyId }
}

type TimeName = 'start_time' | 'end_time'

function time(said: Fields, name: TimeName): EpochSeconds {
  const text = said[name]
  if (typeof text !== 'string') throw new DomainError('bad-time', { parameter: name })
  return fromWireTime(text, name)
}

function optionalTime(said: Fields, name: TimeName): EpochSeconds | undefined {
  const text = said[name]
  return isAbsent(text) ? fromOptionalWireTime(undefined, name) : time(said, name)
}

function textsIn({ subject, note }: Fields) {
  if (!isText(subject)) throw new DomainError('subject-malformed')
  if (!isText(note)) throw new DomainError('note-malformed')
  return { subject: keptSubject(subject), note: keptNote(note) }
}

function isText(value: unknown): value is string | null | undefined {
  return value === undefined || value === null || typeof value === 'string'
}

function isAbsent(value: unknown): value is null | undefined | '' {
  return value === undefined || value === null || value === ''
}

function bad(parameter: string): DomainError {
  return new DomainError('bad-batch', { parameter })
}
