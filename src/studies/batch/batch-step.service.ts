import { DomainError } from '../../shared/errors.ts'
import type { OwnStudy } from '../own/own-study.ts'
import type { StudyId } from '../study.ts'
import { editIn, endIn, recordIn, removeIn, type StudyWrite, startIn } from '../study-writes.service.ts'
import type { BatchStep, Reference, Texts } from './batch-item.ts'

/** Returns the record that the item with this key created, if any. */
type CreatedBy = (key: string) => StudyId | undefined

/**
 * Executes one item. Returns the record, or none for a deletion.
 * @throws DomainError `record-key-unknown`, and those of the steps in `study-writes.service.ts`
 */
export async function takeStep(
  write: StudyWrite,
  step: BatchStep,
  createdBy: CreatedBy,
): Promise<{ study: OwnStudy | undefined }> {
  switch (step.action) {
    case 'start':
      return { study: await startIn(write, step.startedAt, step.texts) }
    case 'record':
      return { study: await recordIn(write, step.startedAt, step.endedAt, step.texts) }
    case 'end':
      return { study: await endWithTexts(write, getId(step.of, createdBy), step) }
    case 'edit':
      return { study: await editIn(write, getId(step.of, createdBy), step.edit) }
    case 'delete':
      await removeIn(write, getId(step.of, createdBy))
      return { study: undefined }
  }
}

async function endWithTexts(
  write: StudyWrite,
  id: StudyId,
  { endedAt, texts }: { endedAt: number | undefined; texts: Texts },
): Promise<OwnStudy> {
  const ended = await endIn(write, id, endedAt)
  return texts.subject === undefined && texts.note === undefined ? ended : editIn(write, id, texts)
}

function getId(of: Reference, createdBy: CreatedBy): StudyId {
  const id = 'id' in of ? of.id : createdBy(of.recordKey)
  if (id === undefined) throw new DomainError('record-key-unknown', { parameter: 'record_key' })
  return id
}
