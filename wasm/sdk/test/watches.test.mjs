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
  watches.add('a/', (c) => seen.push(c.key), '')
  watches.hear({ id: 1, through: '1/5', by: 'master', events: [change('a/1', 4), change('a/2', 5)] })
  watches.start()
  assert.deepEqual(seen, ['a/1', 'a/2'])
  assert.deepEqual(posted.map((m) => m.from), ['', '1/5 master'])
})

test('a gap is told before what follows it', () => {
  const { watches } = made()
  const seen = []
  watches.add('', (c) => seen.push(c.type), '')
  watches.hear({ id: 1, gap: true, through: '2/9', events: [change('k', 9)] })
  assert.deepEqual(seen, ['gap', 'set'])
})

test('nothing is told after stop, not even the rest of the same message', () => {
  const { posted, watches } = made()
  const seen = []
  const stop = watches.add('', (c) => {
    seen.push(c.key)
    stop()
    stop()
  }, '')
  watches.hear({ id: 1, through: '1/2', events: [change('a', 1), change('b', 2)] })
  watches.start()
  assert.deepEqual(seen, ['a'])
  assert.deepEqual(posted.map((m) => m.type), ['watch', 'unwatch'])
})

test('a signal stops the watch', () => {
  const { posted, watches } = made()
  const stopper = new AbortController()
  watches.add('', () => {}, '', stopper.signal)
  stopper.abort()
  watches.add('', () => {}, '', stopper.signal)
  assert.deepEqual(posted.map((m) => m.type), ['watch', 'unwatch'])
})

test('an error ends the watch and names its prefix', () => {
  const { posted, watches } = made()
  watches.add('a/', () => {}, '')
  const error = watches.hear({ id: 1, error: { code: 'REFUSED', text: 'no' } })
  assert.equal(error.code, 'REFUSED')
  assert.match(error.message, /'a\/'/)
  watches.start()
  assert.equal(posted.length, 1)
})
