import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Batch } from '../batch.js'

const refused = (pattern) => (error) => error.code === 'REFUSED' && pattern.test(error.message)
const bytes = (text) => new TextEncoder().encode(text)

test('a batch holds its operations in order, and its conditions', () => {
  const { ops, conditions } = new Batch()
    .set('a', 'x', { ttl: 1500 })
    .setJSON('b', [1])
    .append('a', 'y')
    .increment('n', -(2n ** 63n))
    .expire('a')
    .delete('b')
    .ifRevision('a', 7n)
    .ifAbsent('c')
    .ifValue('d', '')
  assert.deepEqual(ops, [
    { op: 'set', key: 'a', value: bytes('x'), ttl: 1500 },
    { op: 'set', key: 'b', value: bytes('[1]'), ttl: 0 },
    { op: 'append', key: 'a', value: bytes('y'), ttl: 0 },
    { op: 'increment', key: 'n', by: '-9223372036854775808', ttl: 0 },
    { op: 'expire', key: 'a', ttl: 0 },
    { op: 'delete', key: 'b', ttl: 0 },
  ])
  assert.deepEqual(conditions, [
    { key: 'a', absent: false, revision: '7' },
    { key: 'c', absent: true, revision: '0' },
    { key: 'd', absent: false, revision: '0', value: bytes('') },
  ])
})

test('what makes no sense is refused before it is sent', () => {
  const batch = new Batch()
  for (const revision of [0n, -1n, 7, '7']) assert.throws(() => batch.ifRevision('a', revision), refused(/BigInt/))
  for (const ttl of [-1, 0.5, NaN, '5', null, Infinity, 10n]) assert.throws(() => batch.expire('a', ttl), refused(/milliseconds/))
  assert.throws(() => batch.set(7, 'x'), refused(/key/))
  assert.throws(() => batch.append('a', 7), refused(/Uint8Array/))
  assert.deepEqual([batch.ops, batch.conditions], [[], []])
})

test('the options of a single write become its conditions', () => {
  const conditions = (options) => new Batch().on('k', options).conditions
  assert.deepEqual(conditions({}), [])
  assert.deepEqual(conditions({ ifRevision: 5n, ifAbsent: true, ifValue: 'v' }).length, 3)
  assert.deepEqual(conditions({ ifAbsent: false }), [])
})
