import assert from 'node:assert/strict'
import { test } from 'node:test'
import { networkOf } from './network.ts'

test('the network of an IPv6 address is its /64, in any spelling; that of an IPv4 address is the address', () => {
  for (const address of ['2001:db8:0:1::1', '2001:DB8::1:ffff:ffff:ffff:ffff', '2001:db8:0:1:2:3:192.0.2.1'])
    assert.equal(networkOf(address), '2001:db8:0:1::/64')
  assert.equal(networkOf('2001:db8:0:2::1'), '2001:db8:0:2::/64')
  assert.equal(networkOf('fe80::1%eth0'), 'fe80:0:0:0::/64')
  assert.equal(networkOf('::1'), '0:0:0:0::/64')
  for (const address of ['192.0.2.1', '::ffff:192.0.2.1', '::ffff:c000:201'])
    assert.equal(networkOf(address), '192.0.2.1')
  assert.notEqual(networkOf('192.0.2.1'), networkOf('192.0.2.2'))
})

test('ignores the port that some proxies add', () => {
  for (const port of ['', ':1', ':65535']) {
    assert.equal(networkOf(`192.0.2.1${port}`), '192.0.2.1')
    assert.equal(networkOf(`[2001:db8:0:1::1]${port}`), '2001:db8:0:1::/64')
    assert.equal(networkOf(`[::ffff:192.0.2.1]${port}`), '192.0.2.1')
  }
})

test('the network of any other text is the text itself', () => {
  for (const text of ['', 'unknown', '/run/occupy.sock']) assert.equal(networkOf(text), text)
})
