import assert from 'node:assert/strict'
import { test } from 'node:test'
import { splitHosts } from './postgres-hosts.ts'

test('returns one URL per host, with its port and the user, database and options', () => {
  assert.deepEqual(splitHosts('postgres://user:p%40ss@a:1,b,[::1]:3/name?sslmode=require'), [
    { name: 'a:1', url: 'postgres://user:p%40ss@a:1/name?sslmode=require' },
    { name: 'b:5432', url: 'postgres://user:p%40ss@b:5432/name?sslmode=require' },
    { name: '[::1]:3', url: 'postgres://user:p%40ss@[::1]:3/name?sslmode=require' },
  ])
})

for (const url of ['postgres:///name', 'postgres://a,/name', 'postgres://a:0/name', 'postgres://a:65536/name'])
  test(`rejects ${url}`, () => {
    assert.throws(() => splitHosts(url), /host/)
  })
