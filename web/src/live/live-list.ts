/** As the API has it; spelt out, since the types made from its document are not there in a fresh clone. */
export interface LiveStudent {
  key: string
  user: string | null
  username: string | null
  since: string
}
export type LiveEvent = { kind: 'start' | 'end'; student: LiveStudent }

/** The list after these events, in their order: a start replaces a row of the same key. */
export function withEvents(students: readonly LiveStudent[], events: readonly LiveEvent[]): LiveStudent[] {
  const byKey = new Map(students.map((student) => [student.key, student]))
  for (const { kind, student } of events) {
    if (kind === 'start') byKey.set(student.key, student)
    else byKey.delete(student.key)
  }
  return [...byKey.values()].sort((a, b) => (a.since < b.since ? 1 : a.since > b.since ? -1 : 0))
}
