import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toOrphan, toOrphaned } from '../orphans.js'
import { toChange, toSettings } from '../settings.js'

const refused = (pattern) => (error) => error.code === 'REFUSED' && pattern.test(error.message)

test('only the settings that are given are changed', () => {
  assert.deepEqual(toChange({ ack: 2, lagLimit: 100 }), { election: undefined, minInSync: undefined, volatile: undefined, lagLimit: 100, ack: '2' })
  assert.equal(toChange({ election: 'ring' }).ack, undefined)
  assert.equal(toSettings({ ack: '2' }).ack, 2)
  assert.equal(toSettings({ ack: 'all' }).ack, 'all')
})

test('a setting that is none, or out of its range, is refused by name', () => {
  const bad = { election: 'luck', minInSync: 0, ack: 'most', volatile: true, lagLimit: 1.5, quorum: 2 }
  for (const [name, value] of Object.entries(bad)) assert.throws(() => toChange({ [name]: value }), refused(new RegExp(name)))
  for (const settings of [undefined, null]) assert.throws(() => toChange(settings), refused(/object/))
})

test('an orphan has what was written and what was there before', () => {
  const bytes = (text) => new TextEncoder().encode(text)
  const orphan = toOrphan({ position: '1/4', by: 'k3mf9x2p', ack: '1', nodes: ['otter234'], changes: [{ type: 'set', key: 'a', value: bytes('new'), before: bytes('old') }, { type: 'delete', key: 'b' }] })
  assert.deepEqual([orphan.ack, orphan.changes[0].text(), orphan.changes[0].textBefore()], [1, 'new', 'old'])
  assert.deepEqual(orphan.changes[1], { type: 'delete', key: 'b' })
  assert.deepEqual(toOrphaned(orphan), { position: '1/4', by: 'k3mf9x2p' })
  assert.deepEqual(toOrphaned({ position: '1/4' }), { position: '1/4', by: '' })
  for (const other of [undefined, '1/4', { by: 'k' }]) assert.throws(() => toOrphaned(other), refused(/orphan/))
})
