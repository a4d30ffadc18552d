import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MessageChannel } from 'node:worker_threads'
import { WorkerNode } from '../node.js'

// A worker of these tests: the other end of a real message channel.
function channel(onMessage = () => {}) {
  const { port1, port2 } = new MessageChannel()
  const heard = []
  const worker = {
    postMessage: (message) => port1.postMessage(message),
    terminate: () => port1.close(),
  }
  port1.on('message', (data) => worker.onmessage({ data }))
  port2.on('message', (message) => onMessage(message, (answer) => port2.postMessage(answer)))
  const node = new WorkerNode((message) => heard.push(message), { spawn: () => worker })
  return { node, worker, heard }
}

const code = (wanted) => (error) => error.name === 'UnderstudyError' && error.code === wanted

test('each answer reaches its own call, in any order', async () => {
  const waiting = []
  const { node } = channel((message, post) => {
    waiting.push({ type: 'answer', id: message.id, result: message.key })
    if (waiting.length === 3) waiting.reverse().forEach(post)
  })
  assert.deepEqual(await Promise.all(['a', 'b', 'c'].map((key) => node.call('get', { key }))), ['a', 'b', 'c'])
  node.terminate('done')
})

test('an error of the node keeps its code, text and position', async () => {
  const { node } = channel(({ id }, post) => post({ type: 'answer', id, error: { code: 'OUTCOME_UNKNOWN', text: 'sent', position: '7/9' } }))
  await assert.rejects(node.call('set', {}, { writes: true }), (e) => e.code === 'OUTCOME_UNKNOWN' && e.message === 'sent' && e.position === '7/9' && !e.retryable)
  node.terminate('done')
})

test('a worker that does not answer is given up, and a write is not said to have failed', async () => {
  const messages = []
  const { node } = channel((message) => messages.push(message))
  await assert.rejects(node.call('get', {}, { timeout: 20 }), code('TIMEOUT'))
  await assert.rejects(node.call('set', {}, { timeout: 20, writes: true }), code('OUTCOME_UNKNOWN'))
  await new Promise(setImmediate)
  assert.deepEqual(messages.filter((m) => m.type === 'cancel').map((m) => m.id), [1, 2])
  node.terminate('done')
})

test('a signal ends its call at once, and only its own', async () => {
  const { node } = channel(({ type, id, key }, post) => type === 'call' && key === 'answered' && post({ type: 'answer', id, result: 'yes' }))
  const giveUp = new AbortController()
  const aborted = node.call('get', { key: 'never' }, { signal: giveUp.signal })
  giveUp.abort()
  await assert.rejects(aborted, code('ABORTED'))
  await assert.rejects(node.call('get', {}, { signal: AbortSignal.abort() }), code('ABORTED'))
  assert.equal(await node.call('get', { key: 'answered' }), 'yes')
  node.terminate('done')
})

test('the end of the worker ends every call, and all later ones', async () => {
  const { node, worker, heard } = channel()
  const read = node.call('get', {})
  const write = node.call('set', {}, { writes: true })
  worker.onerror({ message: 'boom', filename: 'worker.js', lineno: 3 })
  await assert.rejects(read, code('CLOSED'))
  await assert.rejects(write, code('OUTCOME_UNKNOWN'))
  await assert.rejects(node.call('get', {}), code('CLOSED'))
  assert.deepEqual(heard, [{ type: 'dead', text: 'boom (worker.js:3)' }])
})

test('a timeout that is none is refused', async () => {
  const { node } = channel()
  for (const timeout of [0, -1, NaN, '5', null]) await assert.rejects(node.call('get', {}, { timeout }), code('REFUSED'))
  node.terminate('done')
})

test('without a Worker, the refusal says what is missing', () => {
  const kept = globalThis.Worker
  delete globalThis.Worker
  try {
    assert.throws(() => new WorkerNode(() => {}), code('REFUSED'))
  } finally {
    if (kept) globalThis.Worker = kept
  }
})
