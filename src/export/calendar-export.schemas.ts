import type { EpochSeconds } from '../shared/clock.ts'
import type { OwnStudy } from '../studies/own/own-study.ts'
import type { AccountExport } from './export.service.ts'
import type { ExportView } from './export-view.ts'
import { escapedText, contentLine as line, utcTime } from './icalendar.ts'

const names = { zh: '占领图书馆', en: 'Occupy the Library' } as const
const summaries = { zh: '学习', en: 'Study' } as const

/** The ended records, as events. */
export async function* calendarExport(data: AccountExport, view: ExportView): AsyncGenerator<string> {
  yield line('BEGIN', 'VCALENDAR') +
    line('VERSION', '2.0') +
    line('PRODID', '-//Occupy the Library//Export//EN') +
    line('X-WR-CALNAME', escapedText(names[view.language]))
  for await (const page of data.studies) yield page.map((study) => event(study, data.exportedAt, view)).join('')
  yield line('END', 'VCALENDAR')
}

function event({ id, subject, note, startedAt, end }: OwnStudy, now: EpochSeconds, view: ExportView): string {
  if (end === undefined) return ''
  return [
    line('BEGIN', 'VEVENT'),
    // The same in every export, so that a calendar updates its events.
    line('UID', `study-${id}@${new URL(view.origin).hostname}`),
    line('DTSTAMP', utcTime(now)),
    line('DTSTART', utcTime(startedAt)),
    // An end must be after the start. Without an end, an event ends when it starts.
    end.at > startedAt ? line('DTEND', utcTime(end.at)) : '',
    line('SUMMARY', escapedText(subject ?? summaries[view.language])),
    note === undefined ? '' : line('DESCRIPTION', escapedText(note)),
    line('END', 'VEVENT'),
  ].join('')
}
