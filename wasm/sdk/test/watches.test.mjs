import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Watches } from '../watches.js'

function made() {
  const posted = []
  return { posted, watches: new Watches((message) => posted.push(message)) }
}

const change = (key, index) => ({ type: 'set', key, value: new Uint8Array(), revision: String(index), position: `1/${index}` })

test('a watch goes on behind the last position it told, with the whole name of its epoch', () => {
  const { posted, watches } = made()
  const seen = []
  watches.add('a/', (c) => seen.push(c.key), { from: '', level: 'local' })
  watches.hear({ id: 1, through: '1/5', by: 'master', events: [change('a/1', 4), change('a/2', 5)] })
  watches.start()
  assert.deepEqual(seen, ['a/1', 'a/2'])
  assert.deepEqual(posted.map((m) => `${m.level} ${m.from}`), ['local ', 'local 1/5 master'])
})

const item = (key) => ({ key, value: new Uint8Array(), revision: '1' })

test('a gap is told before the state that follows it, also where that is empty', () => {
  const { watches } = made()
  const seen = []
  watches.add('', (c) => seen.push(c.type + (c.items ?? []).map((i) => i.key)), {})
  watches.hear({ id: 1, gap: true, through: '2/9', items: [item('a')], more: true })
  watches.hear({ id: 1, through: '2/9', items: [item('b')] })
  watches.hear({ id: 1, through: '2/10', events: [change('k', 10)] })
  watches.hear({ id: 1, gap: true, through: '3/1' })
  assert.deepEqual(seen, ['gap', 'statea', 'stateb', 'set', 'gap', 'state'])
})

test('in the middle of a state, a new worker begins where the watch stood before it', () => {
  const { posted, watches } = made()
  watches.add('', () => {}, { from: '1/5' })
  watches.hear({ id: 1, gap: true, through: '2/9', items: [item('a')], more: true })
  watches.start()
  watches.hear({ id: 1, through: '2/9', items: [item('b')] })
  watches.start()
  assert.deepEqual(posted.map((m) => m.from), ['1/5', '1/5', '2/9'])
})

test('a watch from the future is told where the room is, and keeps its place', () => {
  const { posted, watches } = made()
  const seen = []
  watches.add('', (c) => seen.push(`${c.type} ${c.position}`), { from: '9/9' })
  watches.hear({ id: 1, ahead: true, through: '1/5' })
  watches.start()
  assert.deepEqual(seen, ['ahead 1/5'])
  assert.deepEqual(posted.map((m) => m.from), ['9/9', '9/9'])
})

test('nothing is told after stop, not even the rest of the same message', () => {
  const { posted, watches } = made()
  const seen = []
  const stop = watches.add('', (c) => {
    seen.push(c.key)
    stop()
    stop()
  }, {})
  watches.hear({ id: 1, through: '1/2', events: [change('a', 1), change('b', 2)] })
  watches.start()
  assert.deepEqual(seen, ['a'])
  assert.deepEqual(posted.map((m) => m.type), ['watch', 'unwatch'])
})

test('a signal stops the watch', () => {
  const { posted, watches } = made()
  const stopper = new AbortController()
  watches.add('', () => {}, { signal: stopper.signal })
  stopper.abort()
  watches.add('', () => {}, { signal: stopper.signal })
  assert.deepEqual(posted.map((m) => m.type), ['watch', 'unwatch'])
})

test('an error ends the watch and names its prefix', () => {
  const { posted, watches } = made()
  watches.add('a/', () => {}, {})
  const error = watches.hear({ id: 1, error: { code: 'REFUSED', text: 'no' } })
  assert.equal(error.code, 'REFUSED')
  assert.match(error.message, /'a\/'/)
  watches.start()
  assert.equal(posted.length, 1)
})
