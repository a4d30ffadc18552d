import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as values from '../values.js'

const refused = (pattern) => (error) => error.code === 'REFUSED' && pattern.test(error.message)

test('a value is a string or bytes, and nothing that would be made a string', () => {
  assert.deepEqual(values.toBytes('é'), new Uint8Array([0xc3, 0xa9]))
  const bytes = new Uint8Array([1, 2])
  assert.equal(values.toBytes(bytes), bytes)
  for (const value of [7, null, undefined, {}, [1], new ArrayBuffer(2)]) assert.throws(() => values.toBytes(value), refused(/Uint8Array/))
})

test('what has no JSON form is refused', () => {
  assert.equal(new TextDecoder().decode(values.toJSONBytes({ a: [1] })), '{"a":[1]}')
  for (const value of [undefined, () => {}]) assert.throws(() => values.toJSONBytes(value), refused(/no JSON form/))
})

test('a value of a wrong kind is named', () => {
  assert.throws(() => values.toKey({}), refused(/not an object$/))
  assert.throws(() => values.toKey([]), refused(/not an Array$/))
  assert.throws(() => values.toKey(new Map()), refused(/not a Map$/))
  assert.throws(() => values.toKey(Object.create(null)), refused(/not an object$/))
})

test('acks are the four kinds, and left to the room by default', () => {
  assert.deepEqual([undefined, 'async', 'one', 'all', 3].map(values.toAck), ['', 'async', 'one', 'all', '3'])
  for (const ack of [0, -1, 1.5, 1000, 'most', null]) assert.throws(() => values.toAck(ack), refused(/ack/))
})

test('numbers of 64 bits keep every digit', () => {
  assert.equal(values.toInteger(2n ** 63n - 1n), '9223372036854775807')
  assert.equal(values.toInteger(-(2n ** 63n)), '-9223372036854775808')
  for (const by of [2n ** 63n, 1.5, NaN, '1', 2 ** 53]) assert.throws(() => values.toInteger(by), refused(/64 bits/))
  const receipt = values.toReceipt({ position: '7/9', by: 'k3mf9x2p', revision: '9007199254740993', ack: '2', copies: 3, durable: 0, ms: 1 }, 10, 15)
  assert.equal(receipt.revision, 9007199254740993n)
  assert.equal(receipt.ack, 2)
  assert.deepEqual(receipt.ms, { total: 5, node: 1 })
})

test('what verify asks about is a receipt or its position, and nothing else', () => {
  assert.deepEqual(values.toWritten({ position: '7/9', by: 'k3mf9x2p', ack: 'all' }), { position: '7/9', by: 'k3mf9x2p' })
  assert.deepEqual(values.toWritten({ position: '7/9' }), { position: '7/9', by: '' })
  for (const receipt of ['7/9', undefined, null, {}, 7, { position: '7/9', by: 'nobody!' }]) assert.throws(() => values.toWritten(receipt), refused(/a receipt/))
})

test('a position is an epoch and an index, or before the first entry', () => {
  assert.deepEqual([undefined, '', '0', '7/1042'].map(values.toPosition), ['', '', '0', '7/1042'])
  for (const position of ['x', '7', '0/1', '7/0', '1/2/3', 7, null]) assert.throws(() => values.toPosition(position), refused(/EPOCH\/INDEX/))
})

test('a read is of the session unless it says otherwise', () => {
  assert.deepEqual([undefined, 'local', 'latest'].map((level) => values.toLevel(level)), ['session', 'local', 'latest'])
  for (const level of ['fresh', null, 1]) assert.throws(() => values.toLevel(level), refused(/session, local, committed, latest/))
  for (const position of [7, null, {}]) assert.throws(() => values.toPosition(position), refused(/EPOCH\/INDEX/))
})

test('a write that is short of copies fails unless it may degrade', () => {
  assert.deepEqual([undefined, 'fail', 'degrade'].map((short) => values.toDegrade(short)), [false, false, true])
  for (const short of ['wait', true, null]) assert.throws(() => values.toDegrade(short), refused(/onShort/))
})

test('a change is what its type promises', () => {
  const bytes = new TextEncoder().encode('{"a":1}')
  const set = values.toChange({ type: 'set', key: 'k', value: bytes, revision: '3', position: '1/3' })
  assert.deepEqual([set.text(), set.json(), set.revision, set.position], ['{"a":1}', { a: 1 }, 3n, '1/3'])
  for (const type of ['delete', 'expire']) {
    assert.deepEqual(values.toChange({ type, key: 'k', revision: '4', position: '1/4' }), { type, key: 'k', revision: 4n, position: '1/4' })
  }
  for (const type of ['gap', 'ahead']) assert.deepEqual(values.toChange({ type, position: '2/9' }), { type, position: '2/9' })
  const back = values.toChange({ type: 'retract', key: 'k', value: bytes, revision: '3', position: '1/3' })
  assert.equal(values.toChange({ type: 'set', key: 'k', value: bytes, revision: '3', position: '1/3', deadline: 5 }).deadline, 5)
  assert.equal(values.toChange({ type: 'retract', key: 'k', value: bytes, revision: '3', position: '1/3', deadline: 5 }).deadline, 5)
  const gone = values.toChange({ type: 'retract', key: 'k', revision: '3', position: '1/3' })
  assert.deepEqual([back.text(), back.value, gone.text(), gone.value], ['{"a":1}', bytes, undefined, undefined])
  const state = values.toChange({ type: 'state', position: '2/9', more: true, items: [{ key: 'k', value: bytes, revision: '3' }] })
  assert.deepEqual([state.items[0].text(), state.items[0].revision, state.more, Object.isFrozen(state.items)], ['{"a":1}', 3n, true, true])
})

test('a snapshot is the same object until something changes, and frozen to its depth', () => {
  const first = values.keepIfSame(undefined, { role: 'replica', waiting: ['a'] })
  assert.ok(Object.isFrozen(first) && Object.isFrozen(first.waiting))
  assert.equal(values.keepIfSame(first, { role: 'replica', waiting: ['a'] }), first)
  const other = values.keepIfSame(first, { role: 'replica', waiting: ['b'] })
  assert.notEqual(other, first)
  assert.deepEqual(other.waiting, ['b'])
})
