import { Type } from 'typebox'
import { userUrl } from '../accounts/account.schemas.ts'
import { apiBase } from '../http/links.ts'
import { PageQuery, pageLinks } from '../http/pagination.ts'
import { toWireTime, WireTime } from '../http/wire-time.ts'
import type { Page } from '../shared/page.ts'
import type { Study } from './study.ts'

const example = {
  creator: 'http://127.0.0.1:5000/api/v1.0/users/1',
  end_time: null,
  id: 8,
  start_time: '2017-03-25 11:55:47',
  url: 'http://127.0.0.1:5000/api/v1.0/studys/8',
}

export const StudyRecord = Type.Object(
  {
    id: Type.Integer(),
    url: Type.String({ format: 'uri' }),
    creator: Type.String({ format: 'uri', description: 'URL of the user.' }),
    start_time: WireTime,
    end_time: Type.Union([WireTime, Type.Null()], { description: 'null while running.' }),
  },
  { description: 'A study record.', examples: [example] },
)

export const StudyPage = Type.Object(
  {
    count: Type.Integer({ description: 'All that match, not only this page.' }),
    next: Type.Union([Type.String(), Type.Null()]),
    prev: Type.Union([Type.String(), Type.Null()]),
    studys: Type.Array(StudyRecord),
  },
  { description: 'A page of study records.', examples: [{ count: 1, next: null, prev: null, studys: [example] }] },
)

export const StartBody = Type.Object(
  { start_time: Type.Optional(WireTime) },
  { description: 'Optional: without it the record starts now.', examples: [{ start_time: '2017-03-25 11:55:47' }] },
)

export const EndBody = Type.Object(
  { end_time: Type.Optional(WireTime) },
  { description: 'Optional: without it the record ends now.', examples: [{ end_time: '2017-03-25 12:40:00' }] },
)

const running = Type.Optional(
  Type.Boolean({ description: 'Only records that are running, or only those that are over.' }),
)

export const StudyListQuery = Type.Object({ ...PageQuery.properties, running })

export const UserStudyListQuery = Type.Object({
  ...StudyListQuery.properties,
  from: Type.Optional(Type.String({ ...WireTime, description: 'Records that start at or after this time.' })),
  to: Type.Optional(Type.String({ ...WireTime, description: 'Records that start before this time.' })),
})

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
