import type { DatabaseKind, Db } from '../../storage/storage.ts'
import { graceMs, type TurnedAwayFrom, turnAway } from './turning-away.ts'
import {
  addPlaces,
  type Departure,
  findKept,
  forgetPlaces,
  openLine,
  readLine,
  saveDepartures,
  savePace,
  updatePlaces,
  type Who,
} from './waiting-room.repository.ts'
import { type Bounds, decide, paceAfter, seatsFor } from './waiting-room.ts'

/** A request of this process that waits. */
export interface Guest {
  who: Who
  /** The place that its token names. */
  named: number | undefined
  /** Absent before its first round. */
  id: number | undefined
  /** By the process' own clock, when it waits no longer. */
  until: number
  signal: AbortSignal
}

export interface Round {
  guests: readonly Guest[]
  departures: readonly Departure[]
  /** Places of this process that are at the school. */
  asking: readonly number[]
  /** Whether this process says that it lives. */
  isRenewal: boolean
  /** By the process' own clock. */
  at: number
}

export type Outcome = { state: 'here' | 'asking'; id: number } | TurnedAwayFrom

/** A process that has said nothing for so long is dead, and what it held is free. */
const leaseMs = 8000
/** Someone who is away is waited for so long before the moment they were told, too. */
const earlyMs = 3000
/** An address that so many have not come back to is waited for no more: nobody holds others up by places that they do not use. */
const absentees = 5
/** Places are kept so long after they were passed over. */
const keptMs = 30 * 60_000

/** What becomes of each guest, in their order. */
export async function playRound(tx: Db, kind: DatabaseKind, school: Bounds, round: Round): Promise<Outcome[]> {
  const { now, pace } = await keepLine(tx, kind, round)
  const bounds = { ...school, seats: seatsFor(school, pace) }
  const { guests } = round
  if (guests.length === 0) return []
  const ids = await seat(tx, guests, now)
  const line = await readLine(tx, now, { ...bounds, expectedUntil: now + earlyMs + graceMs, absentees })
  const { entering, leaving } = decide(line)
  const isOver = ({ until, signal }: Guest) => until <= round.at || signal.aborted
  const outcomes = guests.map((guest, index): Outcome | (Who & { state: 'leaving'; id: number }) => {
    const id = ids[index] as number
    if (entering.has(id)) return { state: 'asking', id }
    return leaving.has(id) || isOver(guest) ? { ...guest.who, state: 'leaving', id } : { state: 'here', id }
  })
  const of = (state: string) => outcomes.filter((one) => one.state === state).map(({ id }) => id)
  await updatePlaces(tx, of('asking'), { state: 'asking', until: now + leaseMs })
  const here = line.here.filter((id) => !entering.has(id))
  const away = outcomes.filter((one) => one.state === 'leaving')
  const told = await turnAway(tx, away, { here, now, pace, bounds })
  return outcomes.map((one) => (one.state === 'leaving' ? (told.get(one.id) as TurnedAwayFrom) : one))
}

/** Notes who has left and who is still there. */
async function keepLine(tx: Db, kind: DatabaseKind, { guests, departures, asking, isRenewal }: Round) {
  const { now, pace: before } = await openLine(tx, kind)
  const pace = departures.reduce((mean, { ms }) => paceAfter(mean, ms), before)
  if (departures.length > 0) await savePace(tx, pace)
  await saveDepartures(tx, departures, now)
  if (isRenewal) {
    await updatePlaces(tx, [...asking, ...guests.flatMap(({ id }) => id ?? [])], { until: now + leaseMs })
    await forgetPlaces(tx, now - keptMs)
  }
  return { now, pace }
}

/** The places of the guests: kept ones for those who have come back, by token or by number and address, and new ones at the end. */
async function seat(tx: Db, guests: readonly Guest[], now: number): Promise<number[]> {
  const arriving = guests.filter(({ id }) => id === undefined)
  const students = arriving.flatMap(({ who }) => who.student ?? [])
  const kept = students.length > 0 ? await findKept(tx, students, now) : []
  const back = new Map<Guest, number>()
  for (const guest of arriving) {
    const { who, named } = guest
    const at = kept.findIndex(
      ({ id, student, address }) => student === who.student && (id === named || address === who.address),
    )
    const [place] = at < 0 ? [] : kept.splice(at, 1)
    if (place) back.set(guest, place.id)
  }
  const until = now + leaseMs
  await updatePlaces(tx, [...back.values()], { state: 'here', until })
  const newcomers = arriving.filter((guest) => !back.has(guest))
  const added = await addPlaces(
    tx,
    newcomers.map(({ who }) => who),
    until,
  )
  return guests.map((guest) => guest.id ?? back.get(guest) ?? (added[newcomers.indexOf(guest)] as number))
}
