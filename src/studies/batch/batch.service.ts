import type { AccountId } from '../../accounts/account.ts'
import type { Clock } from '../../shared/clock.ts'
import { DomainError } from '../../shared/errors.ts'
import { openParts } from '../../storage/savepoint.ts'
import type { Storage, Transact } from '../../storage/storage.ts'
import { openTurns } from '../../storage/turns.ts'
import { lock } from '../account-write.service.ts'
import type { StudyService } from '../study.service.ts'
import type { StudyId } from '../study.ts'
import type { StudyWrite } from '../study-writes.service.ts'
import {
  type BatchAnswer,
  type BatchItem,
  type BatchResult,
  isRefusal,
  mayPass,
  type StoredAnswer,
} from './batch-item.ts'
import { deleteOldAnswers, findAnswers, hasOldAnswers, storeAnswers } from './batch-key.repository.ts'
import { takeStep } from './batch-step.service.ts'

export interface BatchServiceDeps {
  storage: Storage
  studies: StudyService
  clock: Clock
}

export type BatchService = ReturnType<typeof createBatchService>

/** How long an item that is sent again gets the same answer. A device may be unused for a summer. */
export const answerLifetimeSeconds = 90 * 86_400
const keysPerDeletion = 500
/** Leaves enough time for the commit, since a write on PostgreSQL may take 2.3 s. Later items are refused as `busy`. */
const maxBatchMs = 1800

export function createBatchService({ storage, studies, clock }: BatchServiceDeps) {
  /**
   * Applies the items in their order, in one transaction, and returns a result for each. A refused item changes nothing,
   * and the others are applied. An item that was answered before gets the same answer and changes nothing.
   * @throws DomainError `unauthorized` if the account was removed after its credentials were checked
   */
  function applyBatch(
    accountId: AccountId,
    items: BatchItem[],
    transact?: Transact<BatchResult[]>,
  ): Promise<BatchResult[]> {
    return studies.write(accountId, (write) => applyItems(write, items), transact)
  }

  /** Deletes answers that are too old. */
  async function deleteOld(): Promise<void> {
    const until = clock.now() - answerLifetimeSeconds
    while (await hasOldAnswers(storage.db, until))
      await storage.write((tx) => deleteOldAnswers(tx, until, keysPerDeletion))
  }

  return { applyBatch, deleteOld }
}

async function applyItems(write: StudyWrite, items: BatchItem[]): Promise<BatchResult[]> {
  const { tx, accountId, rules } = write
  const locked = await lock(write)
  const stored = await findAnswers(tx, accountId, keysIn(items))
  const steps: BatchWrite = { ...write, rules: { ...rules, reported: true }, locked }
  const answers = createAnswers(steps, items, stored)
  const results: BatchResult[] = []
  const turns = openTurns()
  for (const [at, item] of items.entries()) {
    results.push(await answers.answerOf(item, at))
    if (turns.isOver()) await turns.next()
  }
  await storeAnswers(tx, accountId, answers.fresh)
  return results
}

function keysIn(items: BatchItem[]): string[] {
  const named = items.flatMap(({ key, step }) => [key, 'of' in step && 'recordKey' in step.of && step.of.recordKey])
  return [...new Set(named)].filter((key) => typeof key === 'string')
}

type BatchWrite = StudyWrite & Required<Pick<StudyWrite, 'locked'>>

/** The answers to one batch. `stored`: those stored by earlier batches. */
function createAnswers(write: BatchWrite, items: BatchItem[], stored: Map<string, StoredAnswer>) {
  const latest = performance.now() + maxBatchMs
  const parts = openParts(write.tx)
  const given = new Map<string, BatchResult & { content: string }>()
  const fresh = new Map<string, StoredAnswer>()
  const first = new Map(items.map(({ key }, at) => [key, at] as const).reverse())

  async function answerOf(item: BatchItem, at: number): Promise<BatchResult> {
    const { key, content } = item
    if (key === undefined) return perform(item)
    const known = given.get(key) ?? earlierAnswer(key, content)
    if (known && known.content !== content) return refused(write, new DomainError('item-key-reused'))
    const result = known ?? (await perform(item))
    if (!known && mayStore(result.answer, item, at))
      fresh.set(key, { ...result, content, created: createdIn(result.answer, item) })
    given.set(key, { ...result, content })
    return { answer: result.answer, at: result.at }
  }

  /** A refused item may be corrected: its key counts as unused then. */
  function earlierAnswer(key: string, content: string): StoredAnswer | undefined {
    const earlier = stored.get(key)
    return earlier && isRefusal(earlier.answer) && earlier.content !== content ? undefined : earlier
  }

  async function perform({ step }: BatchItem): Promise<BatchResult> {
    const noted = { ...write.locked }
    try {
      if (step instanceof DomainError) throw step
      if (performance.now() > latest) throw new DomainError('busy')
      return { answer: await parts.run(() => takeStep(write, step, createdBy)), at: write.rules.now }
    } catch (error) {
      if (!(error instanceof DomainError) || error.code === 'unauthorized') throw error
      Object.assign(write.locked, noted)
      return refused(write, error)
    }
  }

  function createdBy(key: string) {
    return (fresh.get(key) ?? stored.get(key))?.created
  }

  /**
   * Refusals that may not occur again are not stored. An exception is a reference to a record that a later item of the
   * batch creates: when the batch is sent again, that record would be found.
   */
  function mayStore(answer: BatchAnswer, { step }: BatchItem, at: number): boolean {
    if (!isRefusal(answer)) return true
    if (answer.code !== 'record-key-unknown') return !mayPass(answer.code)
    return 'of' in step && 'recordKey' in step.of && (first.get(step.of.recordKey) ?? at) > at
  }

  return { answerOf, fresh }
}

function createdIn(answer: BatchAnswer, { step }: BatchItem): StudyId | undefined {
  const creates = 'action' in step && (step.action === 'start' || step.action === 'record')
  return creates && !isRefusal(answer) ? answer.study?.id : undefined
}

/** False for an item that was not reached in time. */
export function wasReached({ answer }: BatchResult): boolean {
  return !isRefusal(answer) || answer.code !== 'busy'
}

function refused({ rules }: StudyWrite, { code, details }: DomainError): BatchResult {
  return { answer: { code, parameter: details.parameter }, at: rules.now }
}
