import { errorResponses, idParameter } from '../http/api-schemas.ts'
import type { ObjectSchema, Routes } from '../http/json-schema.ts'
import { fromWireTime } from '../http/wire-time.ts'
import { DomainError } from '../shared/errors.ts'
import { andThen } from '../shared/maybe-promise.ts'
import { EndBody, presentStudy, StartBody, StudyRecord } from './study.schemas.ts'
import type { StudyService } from './study.service.ts'
import type { StudyId } from './study.ts'

const StudyParams = {
  type: 'object',
  required: ['study_id'],
  properties: { study_id: { type: 'string', description: 'Id of the record.' } },
} as const satisfies ObjectSchema

const starting = {
  operationId: 'startStudy',
  summary: '开始学习 · Start studying',
  description: 'A start while another record is running ends that one at the new start.',
  tags: ['studys'],
  body: StartBody,
  response: { 201: StudyRecord, ...errorResponses('bad-time', 'time-in-future', 'unauthorized') },
}

const ending = {
  operationId: 'endStudy',
  summary: '结束学习 · End a record',
  description: 'Ending an ended record changes nothing without `end_time`; with it, the owner corrects the end.',
  tags: ['studys'],
  params: StudyParams,
  body: EndBody,
  response: {
    200: StudyRecord,
    ...errorResponses('bad-time', 'end-before-start', 'time-in-future', 'unauthorized', 'forbidden', 'not-found'),
  },
}

const reading = {
  operationId: 'getStudy',
  summary: '查看学习记录 · One record',
  tags: ['studys'],
  params: StudyParams,
  response: { 200: StudyRecord, ...errorResponses('unauthorized', 'not-found') },
}

const schemaErrorFormatter = () => new DomainError('bad-time')

export const studyRoutes: Routes<{ studies: StudyService }> = async (app, { studies }) => {
  app.post('/studys/', { schemaErrorFormatter, schema: starting }, async (request, reply) => {
    const study = await studies.startStudy(request.identity.accountId, optionalTime(request.body.start_time))
    const record = presentStudy(study, request.origin)
    reply.code(201).header('location', record.url)
    return record
  })

  app.put('/studys/:study_id', { schemaErrorFormatter, schema: ending }, async (request) => {
    const id = studyId(request.params.study_id)
    const study = await studies.endStudy(request.identity.accountId, id, optionalTime(request.body.end_time))
    return presentStudy(study, request.origin)
  })

  app.get('/studys/:study_id', { schema: reading }, (request) =>
    andThen(studies.getStudy(studyId(request.params.study_id)), (study) => presentStudy(study, request.origin)),
  )
}

/** @throws DomainError `not-found` */
function studyId(text: string): StudyId {
  const id = idParameter(text)
  if (id === undefined) throw new DomainError('not-found')
  return id as StudyId
}

function optionalTime(text: string | undefined): number | undefined {
  return text === undefined ? undefined : fromWireTime(text)
}
