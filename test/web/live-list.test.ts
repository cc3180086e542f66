import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withEvents } from '../../web/src/live/live-list.ts'

const row = (key: string, minute: string) => ({
  ...{ key, user: null, username: null },
  since: `2026-11-26 08:${minute}:00`,
})

test('a start replaces a row with its key, an end removes it, and the latest comes first', () => {
  const [a, b, later] = [row('a', '01'), row('b', '02'), row('a', '30')]
  assert.deepEqual(withEvents([a, b], [{ kind: 'start', student: later }]), [later, b])
  const events = [
    { kind: 'start', student: row('c', '10') },
    { kind: 'end', student: b },
    { kind: 'end', student: row('gone', '00') },
  ] as const
  assert.deepEqual(
    withEvents([a, b], events).map(({ key }) => key),
    ['c', 'a'],
  )
})
