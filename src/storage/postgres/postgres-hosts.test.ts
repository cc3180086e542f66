import assert from 'node:assert/strict'
import { test } from 'node:test'
import { splitHosts } from './postgres-hosts.ts'

test('each host of a URL is given a URL of its own, with the port, user, name and options', () => {
  assert.deepEqual(splitHosts('postgres://user:p%40ss@a:1,b,[::1]:3/name?sslmode=require'), [
    { name: 'a:1', url: 'postgres://user:p%40ss@a:1/name?sslmode=require' },
    { name: 'b:5432', url: 'postgres://user:p%40ss@b:5432/name?sslmode=require' },
    { name: '[::1]:3', url: 'postgres://user:p%40ss@[::1]:3/name?sslmode=require' },
  ])
})

for (const url of ['postgres:///name', 'postgres://a,/name', 'postgres://a:0/name', 'postgres://a:65536/name'])
  test(`${url} is refused`, () => {
    assert.throws(() => splitHosts(url), /host/)
  })
