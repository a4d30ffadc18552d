import assert from 'node:assert/strict'
import { test } from 'node:test'

test('importing needs no browser, and opening a room says that it does', async () => {
  for (const name of ['window', 'document', 'Worker', 'location']) assert.equal(name in globalThis, false, name)
  const { openRoom } = await import('@understudy/tab')
  await assert.rejects(openRoom({ room: 'kitchen' }), (error) => error.code === 'REFUSED' && /Worker/.test(error.message))
  await assert.rejects(openRoom({}), (error) => error.code === 'REFUSED' && /room/.test(error.message))
})
