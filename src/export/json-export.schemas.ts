import { presentUser, User } from '../accounts/account.schemas.ts'
import { presentSettings, Settings } from '../accounts/settings/settings.schemas.ts'
import type { ObjectSchema } from '../http/document/json-schema.ts'
import { toWireTime, WireTime } from '../http/wire-time.ts'
import { OwnStudyRecord, presentOwnStudy } from '../studies/own/own-study.schemas.ts'
import type { AccountExport } from './export.service.ts'
import type { ExportView } from './export-view.ts'

const head = {
  exported_at: { ...WireTime, description: '导出的时间（UTC） · Time of the export, UTC' },
  timezone: { type: 'string', description: '校园的时区 · Time zone of the campus' },
} as const

const parts = {
  account: User,
  settings: Settings,
  studys: {
    type: 'array',
    items: OwnStudyRecord,
    description: '所有学习记录，按开始时间排列 · All study records, ordered by start',
  },
} as const

export const Export = {
  title: 'Export',
  type: 'object',
  required: ['exported_at', 'timezone', 'account', 'settings', 'studys'],
  properties: { ...head, ...parts },
  description: '自己的全部数据 · All own data',
  examples: [
    {
      exported_at: '2017-03-25 13:20:00',
      timezone: 'Asia/Shanghai',
      account: User.examples[0],
      settings: Settings.examples[0],
      studys: OwnStudyRecord.examples,
    },
  ],
} as const satisfies ObjectSchema

type Part = (data: AccountExport, origin: string) => Iterable<string> | AsyncIterable<string>

/** One entry for each part of the export, in this order. */
const sections: Readonly<Record<keyof typeof parts, Part>> = {
  account: ({ account }, origin) => [JSON.stringify(presentUser(account, origin))],
  settings: ({ settings }) => [JSON.stringify(presentSettings(settings))],
  studys: ({ studies, exportedAt }, origin) => list(studies, (study) => presentOwnStudy(study, origin, exportedAt)),
}

/** Yields one JSON text in pieces. */
export async function* jsonExport(data: AccountExport, { origin, timezone }: ExportView): AsyncGenerator<string> {
  yield JSON.stringify({ exported_at: toWireTime(data.exportedAt), timezone }).slice(0, -1)
  for (const [name, section] of Object.entries(sections)) {
    yield `,\n"${name}":`
    yield* section(data, origin)
  }
  yield '}\n'
}

async function* list<T>(pages: AsyncIterable<T[]>, present: (item: T) => object): AsyncGenerator<string> {
  let before = '['
  for await (const page of pages) {
    if (page.length === 0) continue
    yield `${before}\n${page.map((item) => JSON.stringify(present(item))).join(',\n')}`
    before = ','
  }
  yield before === '[' ? '[]' : ']'
}
