import { toWireTime } from '../http/wire-time.ts'
import type { EpochSeconds } from '../shared/clock.ts'
import { isSelfReported, lengthOf, type OwnStudy } from '../studies/own/own-study.ts'
import { campusTime } from './campus-time.ts'
import { byteOrderMark, csvLine } from './csv.ts'
import type { AccountExport } from './export.service.ts'
import type { ExportView } from './export-view.ts'

interface Cells {
  language: ExportView['language']
  now: EpochSeconds
  local(at: EpochSeconds): string
}

interface Column {
  zh: string
  en: string
  of(study: OwnStudy, cells: Cells): string | number
}

const causes = {
  zh: { student: '自己结束', 'next-start': '被下一次开始结束', idle: '不再有心跳', limit: '到时长上限' },
  en: { student: 'owner', 'next-start': 'next start', idle: 'idle', limit: 'limit' },
} as const
const words = {
  zh: { running: '进行中', yes: '是', no: '否' },
  en: { running: 'running', yes: 'yes', no: 'no' },
} as const

/** `{timezone}` is replaced by the time zone of the campus. */
const columns: readonly Column[] = [
  { zh: '编号', en: 'Id', of: ({ id }) => id },
  { zh: '科目', en: 'Subject', of: ({ subject }) => subject ?? '' },
  { zh: '开始（{timezone}）', en: 'Start ({timezone})', of: ({ startedAt }, { local }) => local(startedAt) },
  { zh: '结束（{timezone}）', en: 'End ({timezone})', of: ({ end }, { local }) => (end ? local(end.at) : '') },
  { zh: '开始（UTC）', en: 'Start (UTC)', of: ({ startedAt }) => toWireTime(startedAt) },
  { zh: '结束（UTC）', en: 'End (UTC)', of: ({ end }) => (end ? toWireTime(end.at) : '') },
  { zh: '时长（秒）', en: 'Seconds', of: (study, { now }) => lengthOf(study, now) },
  {
    zh: '怎样结束',
    en: 'Ended by',
    of: ({ end }, { language }) => (end ? causes[language][end.cause] : words[language].running),
  },
  {
    zh: '自行填报',
    en: 'Self-reported',
    of: (study, { language }) => words[language][isSelfReported(study) ? 'yes' : 'no'],
  },
  { zh: '备注', en: 'Note', of: ({ note }) => note ?? '' },
]

/** Contains only the records, because account and settings have other columns. */
export async function* csvExport(data: AccountExport, { language, timezone }: ExportView): AsyncGenerator<string> {
  const cells = { language, now: data.exportedAt, local: campusTime(timezone) }
  yield byteOrderMark + csvLine(columns.map((column) => column[language].replace('{timezone}', timezone)))
  for await (const page of data.studies)
    yield page.map((study) => csvLine(columns.map((column) => column.of(study, cells)))).join('')
}
