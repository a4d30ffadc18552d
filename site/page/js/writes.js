// Every write of this tab, from the key press to its receipt.

import { failure } from './words.js'

const keptMax = 12

/**
 * @typedef {object} Write
 * @property {number} id
 * @property {string} verb     'set' | 'delete' | 'increment'
 * @property {string} key
 * @property {string} ack      what was asked for
 * @property {number} started  performance.now()
 * @property {'pending' | 'done' | 'unknown' | 'failed'} state
 * @property {number} [ms]
 * @property {object} [receipt]
 * @property {string} [text]     why it failed
 * @property {string} [verdict]  'asking' | 'kept' | 'orphaned' | 'unknown'
 */

/** Makes the list of writes; `onChange()` is called after every change. */
export function createWrites(onChange) {
  let all = []
  let next = 1

  const change = (id, more) => {
    all = all.map((write) => (write.id === id ? Object.freeze({ ...write, ...more }) : write))
    onChange()
  }

  return {
    /** The newest first. */
    all: () => all,
    /** Runs `call()`, which writes, and keeps what became of it. Resolves to the receipt or undefined. */
    async run(verb, key, ack, call) {
      const id = next++
      const started = performance.now()
      all = [Object.freeze({ id, verb, key, ack, started, state: 'pending' }), ...all].slice(0, keptMax)
      onChange()
      try {
        const receipt = await call()
        change(id, { state: 'done', receipt, ms: receipt.ms?.total ?? performance.now() - started })
        return receipt
      } catch (error) {
        const unknown = error.code === 'OUTCOME_UNKNOWN'
        const receipt = unknown && error.position ? { position: error.position } : undefined
        change(id, { state: unknown ? 'unknown' : 'failed', receipt, ms: performance.now() - started, text: failure(error), code: error.code })
        return undefined
      }
    },
    /** Asks the room what became of a write. */
    async verify(room, write) {
      change(write.id, { verdict: 'asking' })
      try {
        change(write.id, { verdict: await room.verify(write.receipt) })
      } catch (error) {
        change(write.id, { verdict: undefined, text: `Nobody could say: ${error.message}.` })
      }
    },
  }
}
