import { bodyRefusals, errorResponses } from '../../http/document/api-schemas.ts'
import type { Routes } from '../../http/document/json-schema.ts'
import { fromOptionalWireTime } from '../../http/wire-time.ts'
import type { Clock } from '../../shared/clock.ts'
import { invalidStudyField, StudyParams } from '../study.schemas.ts'
import type { StudyId } from '../study.ts'
import { EditBody, OwnStudyRecord, presentOwnStudy } from './own-study.schemas.ts'
import type { OwnStudyService } from './own-study.service.ts'
import { keptNote, keptSubject } from './study-text.ts'

const editing = {
  operationId: 'editStudy',
  summary: '修改学习记录 · Edit a record',
  description: `没有给出的字段不变；\`subject\` 和 \`note\` 给 \`null\` 即清除；时间给 \`null\` 等于不填。记录改长后，多出的时间未经服务器见证，\`self_reported\` 变为 true。

Fields that are not given stay unchanged. \`null\` clears \`subject\` and \`note\`; for a time it counts as absent. A record that is extended beyond its seen time becomes \`self_reported\`.`,
  tags: ['studys'],
  params: StudyParams,
  body: EditBody,
  response: {
    200: OwnStudyRecord,
    ...errorResponses(
      ...([...bodyRefusals, 'bad-time', 'time-too-early', 'time-in-future', 'end-before-start'] as const),
      ...(['study-too-long', 'subject-malformed', 'note-malformed', 'unauthorized', 'forbidden', 'not-found'] as const),
    ),
  },
}

const removing = {
  operationId: 'removeStudy',
  summary: '删除学习记录 · Remove a record',
  tags: ['studys'],
  params: StudyParams,
  response: {
    204: { type: 'null', description: '已删除 · Deleted' },
    ...errorResponses('unauthorized', 'forbidden', 'not-found'),
  },
} as const

export const studyEditRoutes: Routes<{ ownStudies: OwnStudyService; clock: Clock }> = async (
  app,
  { ownStudies, clock },
) => {
  app.patch(
    '/studys/:study_id',
    { schemaErrorFormatter: invalidStudyField, schema: editing },
    async ({ identity, params, body, origin }, reply) => {
      const edit = {
        startedAt: fromOptionalWireTime(body.start_time, 'start_time'),
        endedAt: fromOptionalWireTime(body.end_time, 'end_time'),
        subject: keptSubject(body.subject),
        note: keptNote(body.note),
      }
      return reply.answerOnce(
        (write) => ownStudies.editStudy(identity.accountId, params.study_id as StudyId, edit, write),
        (study) => ({ body: presentOwnStudy(study, origin, clock.now()) }),
      )
    },
  )

  app.delete('/studys/:study_id', { schema: removing }, async ({ identity, params }, reply) => {
    return reply.answerOnce(
      (write) => ownStudies.removeStudy(identity.accountId, params.study_id as StudyId, write),
      () => ({ status: 204, body: null }),
    )
  })
}
