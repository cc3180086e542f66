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
export interface Applicant {
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
  applicants: readonly Applicant[]
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
const maxAbsent = 5
/** How long places are kept after they were passed over. */
const placeLifetimeMs = 30 * 60_000

/** Returns the outcome of each applicant, in the order of the applicants. */
export async function playRound(tx: Db, kind: DatabaseKind, school: Bounds, round: Round): Promise<Outcome[]> {
  const { now, pace } = await keepLine(tx, kind, round)
  const bounds = { ...school, seats: seatsFor(school, pace) }
  const { applicants } = round
  if (applicants.length === 0) return []
  const ids = await seat(tx, applicants, now)
  const line = await readLine(tx, now, { ...bounds, expectedUntil: now + earlyMs + graceMs, maxAbsent })
  const { entering, leaving } = decide(line)
  const isOver = ({ until, signal }: Applicant) => until <= round.at || signal.aborted
  const outcomes = applicants.map((applicant, index): Outcome | (Who & { state: 'leaving'; id: number }) => {
    const id = ids[index] as number
    if (entering.has(id)) return { state: 'asking', id }
    return leaving.has(id) || isOver(applicant) ? { ...applicant.who, state: 'leaving', id } : { state: 'here', id }
  })
  const of = (state: string) => outcomes.filter((one) => one.state === state).map(({ id }) => id)
  await updatePlaces(tx, of('asking'), { state: 'asking', until: now + leaseMs })
  const here = line.here.filter((id) => !entering.has(id))
  const away = outcomes.filter((one) => one.state === 'leaving')
  const turnedAway = await turnAway(tx, away, { here, now, pace, bounds })
  return outcomes.map((one) => (one.state === 'leaving' ? (turnedAway.get(one.id) as TurnedAwayFrom) : one))
}

/** Records which applicants have left and renews the places of the others. */
async function keepLine(tx: Db, kind: DatabaseKind, { applicants, departures, asking, isRenewal }: Round) {
  const { now, pace: before } = await openLine(tx, kind)
  const pace = departures.reduce((mean, { ms }) => paceAfter(mean, ms), before)
  if (departures.length > 0) await savePace(tx, pace)
  await saveDepartures(tx, departures, now)
  if (isRenewal) {
    await updatePlaces(tx, [...asking, ...applicants.flatMap(({ id }) => id ?? [])], { until: now + leaseMs })
    await forgetPlaces(tx, now - placeLifetimeMs)
  }
  return { now, pace }
}

/**
 * Assigns places to the applicants: the kept place if an applicant comes back with its token or the same number and address,
 * otherwise a new one at the end.
 */
async function seat(tx: Db, applicants: readonly Applicant[], now: number): Promise<number[]> {
  const arriving = applicants.filter(({ id }) => id === undefined)
  const students = arriving.flatMap(({ who }) => who.student ?? [])
  const kept = students.length > 0 ? await findKept(tx, students, now) : []
  const back = new Map<Applicant, number>()
  for (const applicant of arriving) {
    const { who, named } = applicant
    const at = kept.findIndex(
      ({ id, student, address }) => student === who.student && (id === named || address === who.address),
    )
    const [place] = at < 0 ? [] : kept.splice(at, 1)
    if (place) back.set(applicant, place.id)
  }
  const until = now + leaseMs
  await updatePlaces(tx, [...back.values()], { state: 'here', until })
  const newcomers = arriving.filter((applicant) => !back.has(applicant))
  const added = await addPlaces(
    tx,
    newcomers.map(({ who }) => who),
    until,
  )
  return applicants.map(
    (applicant) => applicant.id ?? back.get(applicant) ?? (added[newcomers.indexOf(applicant)] as number),
  )
}
