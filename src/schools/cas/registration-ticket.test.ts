import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import test from 'node:test'
import { openTicket, sealTicket, ticketLifetimeSeconds } from './registration-ticket.ts'

const key = randomBytes(32)
const now = 1_800_000_000

test('its key opens a ticket until the second of its expiry', () => {
  const { ticket, ...sealed } = sealTicket('2017010101', key, now)
  assert.deepEqual(openTicket(ticket, key, now), sealed)
  assert.deepEqual(openTicket(ticket, key, now + ticketLifetimeSeconds - 1), sealed)
  assert.equal(openTicket(ticket, key, now + ticketLifetimeSeconds), undefined)
  assert.equal(openTicket(ticket, randomBytes(32), now), undefined)
})

test('rejects a ticket issued more than a minute in the future', () => {
  const { ticket, ...sealed } = sealTicket('2017010101', key, now)
  assert.deepEqual(openTicket(ticket, key, now - 60), sealed)
  assert.equal(openTicket(ticket, key, now - 61), undefined)
})

test('two tickets for one student have nothing in common, and neither reveals the number', () => {
  const [one, other] = [sealTicket('2017010101', key, now), sealTicket('2017010101', key, now)]
  assert.notEqual(one.id, other.id)
  assert.notEqual(one.ticket, other.ticket)
  for (const encoding of ['latin1', 'base64url'] as const) {
    assert.ok(!Buffer.from(one.ticket, 'base64url').toString(encoding).includes('2017010101'))
  }
})

test('rejects a ticket with one changed bit, a truncated one and an invented one', () => {
  const { ticket } = sealTicket('2017010101', key, now)
  const bytes = Buffer.from(ticket, 'base64url')
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const other = Buffer.from(bytes)
    other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    assert.equal(openTicket(other.toString('base64url'), key, now), undefined)
  }
  for (let length = 0; length < ticket.length; length++) {
    assert.equal(openTicket(ticket.slice(0, length), key, now), undefined)
  }
  for (const text of ['', ' ', '=', `${ticket}!`, `${ticket}\n`, 'A'.repeat(100), 'A'.repeat(100_000)]) {
    assert.equal(openTicket(text, key, now), undefined)
  }
})
