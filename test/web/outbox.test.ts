import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Refusal, Result } from '../../web/src/api/result.ts'
import {
  type Entry,
  nextToSend,
  retried,
  waitingOf,
  withEntry,
  withFields,
  withoutDone,
  withoutEntry,
} from '../../web/src/outbox/entry.ts'
import { outcomeOf } from '../../web/src/outbox/outcome.ts'
import { shownOf, sittingStart, withOutbox } from '../../web/src/studies/shown-study.ts'
import { fromWireTime } from '../../web/src/time/wire-time.ts'

const at = (time: string) => `2026-11-26 ${time}`
const base = { account: 1 }
const start = (key: string, order: number, time: string): Entry => ({
  ...base,
  ...{ action: 'start', key, order, start_time: at(time), subject: '高等数学' },
})
const end = (key: string, order: number, startKey: string, time: string): Entry => ({
  ...base,
  ...{ action: 'end', key, order, target: { startKey }, end_time: at(time) },
})
const parked = { status: 400, message: '结束时间不能早于开始时间' }

test('sends entries in order, of the signed-in account, and not before their start is done', () => {
  const [a, b, c] = [start('a', 1, '08:00:00'), end('b', 2, 'a', '09:00:00'), start('c', 3, '10:00:00')]
  assert.equal(nextToSend([c, b, a], 1, 0)?.key, 'a')
  assert.equal(nextToSend([a, b, c], 2, 0), undefined)
  // A parked entry blocks those that depend on it, and no others.
  assert.equal(nextToSend([{ ...a, parked }, b, c], 1, 0)?.key, 'c')
  const done = withoutDone([a, b, c], a, 7)
  assert.deepEqual(waitingOf(done, 1), [{ ...b, target: { id: 7 } }, c])
  assert.equal(nextToSend(done, 1, 0)?.key, 'b')
})

test('does not send an entry that can still be undone, and it blocks no other', () => {
  const held: Entry = { ...base, action: 'delete', key: 'd', order: 1, target: { id: 7 }, heldUntil: 100 }
  const later = start('a', 2, '08:00:00')
  assert.equal(nextToSend([held, later], 1, 99)?.key, 'a')
  assert.equal(nextToSend([held, later], 1, 100)?.key, 'd')
})

test('an entry for a start that is done or undone meanwhile is updated', () => {
  const [a, b] = [start('a', 4, '08:00:00'), end('b', 0, 'a', '09:00:00')]
  assert.deepEqual(withEntry([a], b), [a, { ...b, order: 5 }])
  const done = withoutDone([a], a, 7)
  assert.deepEqual(waitingOf(withEntry(done, b), 1), [{ ...b, order: 5, target: { id: 7 } }])
  assert.deepEqual(withEntry([], b), [])
  // A start that is done cannot be undone. It is removed after some time, and contains no texts of the student.
  assert.equal(withoutEntry(done, 'a'), done)
  assert.equal(JSON.stringify(done).includes('高等数学'), false)
  const much = { ...start('c', 25, '10:00:00'), sentAt: 1 }
  assert.deepEqual(
    withoutDone([...done, much], much, 8).map(({ key }) => key),
    ['c'],
  )
})

test('undoing an unsent entry also undoes what depends on it; a sent one cannot be undone', () => {
  const [a, b] = [start('a', 1, '08:00:00'), end('b', 2, 'a', '09:00:00')]
  assert.deepEqual(withoutEntry([a, b], 'a'), [])
  assert.deepEqual(withoutEntry([a, b], 'b'), [a])
  const sent = withFields([a, b], 'a', { sentAt: 1 })
  assert.equal(withoutEntry(sent, 'a'), sent)
  assert.deepEqual(withoutEntry(withFields(sent, 'a', { parked }), 'a'), [])
})

test('a retry is treated as if it was never sent', () => {
  const entries = [{ ...start('a', 1, '08:00:00'), sentAt: 1, parked }, end('b', 2, 'a', '09:00:00')]
  const [again, follower] = retried(entries, 'a', { start_time: at('08:05:00') })
  assert.deepEqual(again, start('a', 1, '08:05:00'))
  assert.equal(follower, entries[1])
})

test('handles each response', () => {
  const entry = start('a', 1, '08:00:00')
  const removal: Entry = { ...base, action: 'delete', key: 'd', order: 1, target: { id: 7 } }
  const refused = (status: number, more: Partial<Refusal> = {}): Result<unknown> => ({
    ok: false,
    refusal: { status, message: '不行', ...more },
  })
  assert.deepEqual(outcomeOf(entry, { ok: true, data: undefined, status: 201 }, 0), { kind: 'done' })
  assert.deepEqual(outcomeOf(entry, refused(401), 0), { kind: 'signed-out' })
  for (const status of [400, 403, 404, 413, 422])
    assert.deepEqual(outcomeOf(entry, refused(status), 0), { kind: 'parked', status, message: '不行' })
  assert.deepEqual(outcomeOf(removal, refused(404), 0), { kind: 'done' })
  for (const status of [0, 408, 409, 429, 500, 503]) {
    assert.deepEqual(outcomeOf(entry, refused(status), 0), { kind: 'later', seconds: 2, isAsked: false })
    assert.deepEqual(outcomeOf(entry, refused(status), 99), { kind: 'later', seconds: 60, isAsked: false })
    const asked = refused(status, { retryAfterSeconds: 17 })
    assert.deepEqual(outcomeOf(entry, asked, 3), { kind: 'later', seconds: 17, isAsked: true })
  }
})

const record = (id: number, from: string, to: string | null) =>
  shownOf({ id, start_time: at(from), end_time: to && at(to), subject: null, note: null })

test('a screen shows the state after everything is sent', () => {
  const seconds = (time: string) => fromWireTime(at(time))
  const running = record(7, '08:00:00', null)
  const shown = withOutbox([running], [end('b', 2, 'a', '10:00:00'), start('a', 1, '09:00:00')])
  assert.deepEqual(
    shown.map(({ start: from, end: to, isWaiting }) => [from, to, isWaiting]),
    [
      [seconds('09:00:00'), seconds('10:00:00'), true],
      [seconds('08:00:00'), seconds('09:00:00'), false],
    ],
  )
  const edit: Entry = { ...base, action: 'edit', key: 'e', order: 3, target: { id: 7 }, changes: { note: '第三章' } }
  assert.equal(withOutbox([running], [{ ...edit, parked }])[0]?.refusal, parked.message)
  assert.deepEqual(withOutbox([running], [{ ...base, action: 'delete', key: 'd', order: 4, target: { id: 7 } }]), [])
})

test('an undone stop does not reset the clock', () => {
  const [first, second] = [record(7, '08:00:00', '09:00:00'), record(8, '09:00:00', null)]
  assert.equal(sittingStart(second, [second, first]), first.start)
  assert.equal(sittingStart(second, [second, record(6, '07:00:00', '08:30:00')]), second.start)
})
