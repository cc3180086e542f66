import type { Db } from '../../storage/storage.ts'
import { type KeptPlace, readAway, removePlaces, sendAway } from './waiting-room.repository.ts'
import { type Bounds, type Pace, returnAfter } from './waiting-room.ts'

export interface TurnedAwayFrom {
  state: 'away'
  id: number
  /** The place that is kept for the applicant. Absent if the student or the address has too many. */
  keptId: number | undefined
  retryAfterSeconds: number
  ahead: number
}

export interface Standing {
  /** The places whose requests wait, including those about to be refused. */
  here: readonly number[]
  now: number
  pace: Pace
  bounds: Bounds
}

/** Milliseconds after the given time to come back until a place is passed over. */
export const graceMs = 2000
/**
 * Places kept for one address, which may be a campus, and for one student. An applicant beyond them may still come back,
 * without a place.
 */
const maxPerAddress = 2000
const maxPerStudent = 5

/** Stores the applicants' places, and computes from the position of each when to come back. */
export async function turnAway(
  tx: Db,
  applicants: readonly KeptPlace[],
  { here, now, pace, bounds }: Standing,
): Promise<Map<number, TurnedAwayFrom>> {
  const turnedAway = new Map<number, TurnedAwayFrom>()
  if (applicants.length === 0) return turnedAway
  const away = await readAway(tx)
  const older = [...away.filter(({ until }) => until > now).map(({ id }) => id), ...here]
  const keeper = createKeeper(away)
  for (const applicant of applicants) {
    const ahead = older.filter((id) => id < applicant.id).length
    const retryAfterSeconds = returnAfter(ahead, pace, bounds, Math.random())
    turnedAway.set(applicant.id, {
      state: 'away',
      id: applicant.id,
      keptId: keeper.keep(applicant),
      retryAfterSeconds,
      ahead,
    })
  }
  const all = [...turnedAway.values()]
  const isKept = ({ id, keptId }: TurnedAwayFrom) => id === keptId
  await removePlaces(
    tx,
    all.filter((one) => !isKept(one)).map(({ id }) => id),
  )
  await sendAway(
    tx,
    all.filter(isKept).map(({ id, retryAfterSeconds }) => ({ id, until: now + retryAfterSeconds * 1000 + graceMs })),
  )
  return turnedAway
}

/** Keeps one place per pair of student and address, and a limited number per student and per address. */
function createKeeper(away: readonly KeptPlace[]) {
  const places = new Map<string, number>()
  const counts = new Map<string, number>()
  const add = ({ id, student, address }: KeptPlace) => {
    places.set(`${student} ${address}`, id)
    for (const one of [student, address]) if (one !== null) counts.set(one, countOf(one) + 1)
  }
  const countOf = (one: string) => counts.get(one) ?? 0
  for (const place of away) add(place)
  return {
    keep(applicant: KeptPlace): number | undefined {
      const { id, student, address } = applicant
      if (student === null || address === null) return undefined
      const other = places.get(`${student} ${address}`)
      if (other !== undefined) return other
      if (countOf(student) >= maxPerStudent || countOf(address) >= maxPerAddress) return undefined
      add(applicant)
      return id
    },
  }
}
