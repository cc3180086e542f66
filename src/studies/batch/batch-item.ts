import type { EpochSeconds } from '../../shared/clock.ts'
import type { DomainError, ErrorCode } from '../../shared/errors.ts'
import { characters, hasInvisible } from '../../shared/visible-text.ts'
import type { OwnStudy } from '../own/own-study.ts'
import type { StudyEdit } from '../own/study-edit.ts'
import type { StudyId } from '../study.ts'

export const maxBatchItems = 500
/** In Unicode characters. */
export const maxKeyChars = 128

export const batchActions = ['start', 'end', 'edit', 'delete', 'record'] as const
export type BatchAction = (typeof batchActions)[number]

export interface Texts {
  subject: string | null | undefined
  note: string | null | undefined
}

/** A record, by its id or by the key of the item that created it. */
export type Reference = { id: StudyId } | { recordKey: string }

/** The operation that an item requests. */
export type BatchStep =
  | { action: 'start'; startedAt: EpochSeconds | undefined; texts: Texts }
  | { action: 'record'; startedAt: EpochSeconds; endedAt: EpochSeconds; texts: Texts }
  | { action: 'end'; of: Reference; endedAt: EpochSeconds | undefined; texts: Texts }
  | { action: 'edit'; of: Reference; edit: StudyEdit }
  | { action: 'delete'; of: Reference }

export interface BatchItem {
  /** The client's name for the item, if it is valid. */
  key: string | undefined
  /** Hash of the item's content. The same hash under the same key is the same item, sent again. */
  content: string
  /** The refusal of an item that cannot be read. */
  step: BatchStep | DomainError
}

/** The answer to an item: the record after the operation, none for a deletion, or the refusal. */
export type BatchAnswer = { study: OwnStudy | undefined } | { code: ErrorCode; parameter?: string | undefined }

/** `at`: when the item was answered first, if it was sent again. */
export interface BatchResult {
  answer: BatchAnswer
  at: EpochSeconds
}

/** An answer that is stored under its item's key. */
export interface StoredAnswer extends BatchResult {
  content: string
  /** The record that the item created. */
  created: StudyId | undefined
}

export function isBatchKey(key: unknown): key is string {
  return typeof key === 'string' && key !== '' && characters(key) <= maxKeyChars && !hasInvisible(key)
}

export function isRefusal(answer: BatchAnswer): answer is Extract<BatchAnswer, { code: ErrorCode }> {
  return 'code' in answer
}

/** Refusals that may not occur again if the same item is sent later. */
export function mayPass(code: ErrorCode): boolean {
  return code === 'time-in-future' || code === 'busy'
}
