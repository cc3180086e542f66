import { type CampusDay, dayText, parseDay, type Term, weekdayOf } from '../shared/campus-calendar.ts'

export const boardKinds = ['day', 'week', 'month', 'term'] as const
export type BoardKind = (typeof boardKinds)[number]

/** Kind and first day of a board in one number. The last day of a term is not in it, so that a term can be prolonged. */
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

/** The period of this kind that holds the day: undefined if none does, because no term does or its days have no text. */
export function periodHolding(kind: BoardKind, day: CampusDay, terms: readonly Term[]): BoardPeriod | undefined {
  const days = daysHolding(kind, day, terms)
  if (days === undefined || days.last > lastDay) return undefined
  return { id: (days.first * boardKinds.length + boardKinds.indexOf(kind)) as BoardId, kind, ...days }
}

export function boardsHolding(day: CampusDay, terms: readonly Term[]): BoardId[] {
  return boardKinds.flatMap((kind) => periodHolding(kind, day, terms)?.id ?? [])
}

/** As `week 2026-11-23`. */
export function boardText(id: BoardId): string {
  const kind = ((id % boardKinds.length) + boardKinds.length) % boardKinds.length
  return `${boardKinds[kind]} ${dayText(((id - kind) / boardKinds.length) as CampusDay)}`
}

interface Days {
  first: CampusDay
  last: CampusDay
}

function daysHolding(kind: BoardKind, day: CampusDay, terms: readonly Term[]): Days | undefined {
  switch (kind) {
    case 'day':
      return { first: day, last: day }
    case 'week': {
      const first = day - weekdayOf(day)
      return { first: first as CampusDay, last: (first + 6) as CampusDay }
    }
    case 'month':
      return monthHolding(day)
    case 'term':
      return terms.find(({ first, last }) => first <= day && day <= last)
  }
}

function monthHolding(day: CampusDay): Days {
  const date = new Date(day * 86_400_000)
  const first = day - date.getUTCDate() + 1
  // Day 0 of the next month is the last one of this.
  const length = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  return { first: first as CampusDay, last: (first + length - 1) as CampusDay }
}
