import { setTimeout } from 'node:timers/promises'

export interface FreshStudent {
  username: string
  password: string
  stu_id: string
  stu_pwd: string
}

export interface Visit {
  /** The number of the student's first place. Undefined if the student never had to come back. */
  place: number | undefined
  /** The student's position, from 0, in the order of getting accounts. Undefined if the student did not get one. */
  got: number | undefined
  requests: number
  seconds: number
  /** The status of the last response. */
  status: number
}

export interface FirstDayOptions {
  /** The interval between the first requests of successive students. */
  everyMs: number
  /** The number of requests after which a student gives up. */
  mostRequests: number
  /** Whether a student's app sends its place back. Older apps do not. */
  knowsPlaces?: (index: number) => boolean
}

export function freshStudents(count: number): FreshStudent[] {
  return Array.from({ length: count }, (_, index) => ({
    username: `newcomer-${index}`,
    password: `quiet reading room ${index}`,
    stu_id: String(4_200_000_000 + index),
    stu_pwd: `canary-${index}-密码`,
  }))
}

/** Students register one after the other. When told to come back, they retry at the next of the instances. */
export async function firstDay(
  origins: readonly string[],
  students: readonly FreshStudent[],
  { everyMs, mostRequests, knowsPlaces = () => true }: FirstDayOptions,
): Promise<Visit[]> {
  let got = 0
  const begun = performance.now()

  async function visit(student: FreshStudent, index: number): Promise<Visit> {
    await setTimeout(index * everyMs)
    let place: string | undefined
    let first: number | undefined
    for (let requests = 1; ; requests++) {
      const { status, headers } = await register(
        origins[(index + requests) % origins.length] ?? '',
        student,
        knowsPlaces(index) ? place : undefined,
      )
      if (status !== 503 || requests === mostRequests) {
        const seconds = (performance.now() - begun) / 1000
        return { place: first, got: status === 201 ? got++ : undefined, requests, seconds, status }
      }
      place = headers.get('waiting-place') ?? undefined
      first ??= place === undefined ? undefined : Number.parseInt(place, 10)
      await setTimeout(Number(headers.get('retry-after')) * 1000)
    }
  }

  return Promise.all(students.map(visit))
}

async function register(origin: string, student: FreshStudent, place: string | undefined): Promise<Response> {
  const response = await fetch(`${origin}/api/v1.0/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(place !== undefined && { 'waiting-place': place }) },
    body: JSON.stringify(student),
  })
  await response.arrayBuffer()
  return response
}

/** The largest number of positions by which a student who had to come back was admitted too early or too late. */
export function mostOutOfOrder(visits: readonly Visit[]): number {
  const waited = visits.filter(({ place, got }) => place !== undefined && got !== undefined)
  const byPlace = waited.toSorted((one, other) => (one.place ?? 0) - (other.place ?? 0))
  const byAccount = waited.toSorted((one, other) => (one.got ?? 0) - (other.got ?? 0))
  return Math.max(0, ...byAccount.map((visit, at) => Math.abs(byPlace.indexOf(visit) - at)))
}
