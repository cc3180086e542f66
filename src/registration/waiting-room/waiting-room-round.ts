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

/** A waiting request of this process. */
export interface Guest {
  who: Who
  /** The place that its token names. */
  named: number | undefined
  /** Absent before its first round. */
  id: number | undefined
  /** When the request stops waiting, by the process's own clock. */
  until: number
  signal: AbortSignal
}

export interface Round {
  guests: readonly Guest[]
  departures: readonly Departure[]
  /** Places of this process that are at the school. */
  asking: readonly number[]
  /** Whether this round renews the lease of this process. */
  isRenewal: boolean
  /** By the process's own clock. */
  at: number
}

export type Outcome = { state: 'here' | 'asking'; id: number } | TurnedAwayFrom

/** A process that has not renewed its lease for this long is considered dead, and its places are released. */
const leaseMs = 8000
/** A student who was sent away is also expected this long before the given time. */
const earlyMs = 3000
/**
 * An address with this many students who did not come back is no longer waited for. Otherwise unused places could hold
 * up the line.
 */
const absentees = 5
/** How long places are kept after they were passed over. */
const keptMs = 30 * 60_000

/** Returns the outcome of each guest, in the order of the guests. */
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

/** Records which guests have left and renews the places of the others. */
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

/**
 * Assigns places to the guests: the kept place if a guest comes back with its token or the same number and address,
 * otherwise a new one at the end.
 */
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
