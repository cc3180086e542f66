import { type CampusDay, dayText, parseDay, type Term, weekdayOf } from '../shared/campus-calendar.ts'

export const boardKinds = ['day', 'week', 'month', 'term'] as const
export type BoardKind = (typeof boardKinds)[number]

/** The kind and the first day of a board, in one number. It does not contain the last day, so that a term can be extended. */
export type BoardId = number & { readonly brand: 'BoardId' }

/** The days that a board covers, both included. */
export interface BoardPeriod {
  id: BoardId
  kind: BoardKind
  first: CampusDay
  last: CampusDay
}

const lastDay = parseDay('9999-12-31') as CampusDay

export function isBoardKind(text: string): text is BoardKind {
  return (boardKinds as readonly string[]).includes(text)
}

/** The period of this kind that contains the day. Undefined if the day is in no term, or if the period ends after the year 9999. */
export function periodContaining(kind: BoardKind, day: CampusDay, terms: readonly Term[]): BoardPeriod | undefined {
  const days = daysContaining(kind, day, terms)
  if (days === undefined || days.last > lastDay) return undefined
  return { id: (days.first * boardKinds.length + boardKinds.indexOf(kind)) as BoardId, kind, ...days }
}

export function boardsContaining(day: CampusDay, terms: readonly Term[]): BoardId[] {
  return boardKinds.flatMap((kind) => periodContaining(kind, day, terms)?.id ?? [])
}

/** For example `week 2026-11-23`. */
export function boardText(id: BoardId): string {
  const kind = ((id % boardKinds.length) + boardKinds.length) % boardKinds.length
  return `${boardKinds[kind]} ${dayText(((id - kind) / boardKinds.length) as CampusDay)}`
}

interface Days {
  first: CampusDay
  last: CampusDay
}

function daysContaining(kind: BoardKind, day: CampusDay, terms: readonly Term[]): Days | undefined {
  switch (kind) {
    case 'day':
      return { first: day, last: day }
    case 'week': {
      const first = day - weekdayOf(day)
      return { first: first as CampusDay, last: (first + 6) as CampusDay }
    }
    case 'month':
      return monthContaining(day)
    case 'term':
      return terms.find(({ first, last }) => first <= day && day <= last)
  }
}

function monthContaining(day: CampusDay): Days {
  const date = new Date(day * 86_400_000)
  const first = day - date.getUTCDate() + 1
  // Day 0 of the next month is the last day of this month.
  const length = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  return { first: first as CampusDay, last: (first + length - 1) as CampusDay }
}
