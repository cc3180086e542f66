import { bodyRefusals, errorResponses } from '../http/document/api-schemas.ts'
import type { Routes } from '../http/document/json-schema.ts'
import { fromOptionalWireTime } from '../http/wire-time.ts'
import { andThen } from '../shared/maybe-promise.ts'
import { keptNote, keptSubject } from './own/study-text.ts'
import { EndBody, invalidStudyField, presentStudy, StartBody, StudyParams, StudyRecord } from './study.schemas.ts'
import type { StudyService } from './study.service.ts'
import type { StudyId } from './study.ts'

const starting = {
  operationId: 'startStudy',
  summary: '开始学习 · Start studying',
  description: `正在进行的另一条记录在新记录开始时结束；比它更早的开始，则到它开始时为止。\`start_time\` 不早于 2000 年，也不在未来（容许一分钟误差）。

A start ends the running record. If the new start is before the running record's start, the new record ends there. \`start_time\` must not be before 2000 or in the future (with a tolerance of one minute).`,
  tags: ['studys'],
  body: StartBody,
  response: {
    201: StudyRecord,
    ...errorResponses(
      ...([...bodyRefusals, 'bad-time', 'time-too-early', 'time-in-future'] as const),
      ...(['subject-malformed', 'note-malformed', 'unauthorized'] as const),
    ),
  },
}

const ending = {
  operationId: 'endStudy',
  summary: '结束学习 · End a record',
  description: `已结束的记录：不填 \`end_time\` 则不变，填了则更正。早于开始不到一分钟的 \`end_time\` 视为开始时刻；记录不能超过时长上限（默认 16 小时）。

For an ended record, a request without \`end_time\` changes nothing; with it, it corrects the end. An \`end_time\` less than a minute before the start counts as the start. A record cannot exceed the limit (16 hours by default).`,
  tags: ['studys'],
  params: StudyParams,
  body: EndBody,
  response: {
    200: StudyRecord,
    ...errorResponses(
      ...([...bodyRefusals, 'bad-time', 'time-too-early', 'time-in-future'] as const),
      ...(['end-before-start', 'study-too-long', 'unauthorized', 'forbidden', 'not-found'] as const),
    ),
  },
}

const reading = {
  operationId: 'getStudy',
  summary: '查看学习记录 · One record',
  tags: ['studys'],
  params: StudyParams,
  response: { 200: StudyRecord, ...errorResponses('unauthorized', 'not-found') },
}

export const studyStartRoutes: Routes<{ studies: StudyService }> = async (app, { studies }) => {
  app.post('/studys/', { schemaErrorFormatter: invalidStudyField, schema: starting }, async (request, reply) => {
    const { start_time, subject, note } = request.body
    const startedAt = fromOptionalWireTime(start_time, 'start_time')
    const texts = { subject: keptSubject(subject), note: keptNote(note) }
    return reply.answerOnce(
      (write) => studies.startStudy(request.identity.accountId, startedAt, texts, write),
      (study) => {
        const body = presentStudy(study, request.origin)
        return { status: 201, location: body.url, body }
      },
    )
  })
}

export const studyRoutes: Routes<{ studies: StudyService }> = async (app, { studies }) => {
  app.put('/studys/:study_id', { schemaErrorFormatter: invalidStudyField, schema: ending }, async (request, reply) => {
    const id = request.params.study_id as StudyId
    const endedAt = fromOptionalWireTime(request.body.end_time, 'end_time')
    return reply.answerOnce(
      (write) => studies.endStudy(request.identity.accountId, id, endedAt, write),
      (study) => ({ body: presentStudy(study, request.origin) }),
    )
  })

  app.get('/studys/:study_id', { schema: reading }, ({ params, identity, origin }) =>
    andThen(studies.getStudy(params.study_id as StudyId, identity.accountId), (study) => presentStudy(study, origin)),
  )
}
