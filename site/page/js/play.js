// The data panel: table, form, choice of ack and receipts around one open room.

import { byId, setAttribute, setText, soon } from './dom.js'
import { followData } from './data.js'
import { createTable } from './kv.js'
import { createReceipts } from './receipts.js'
import { createWrites } from './writes.js'

/** Wires the panel. `start(room)` gives it the room; `nameOf(node)` and `hues` are for the receipts. */
export function createPlay({ nameOf, hues }) {
  let room = null
  let failed = false
  let data = { rows: () => [], size: () => 0, get: () => undefined }

  const paint = () => {
    table.paint(data, room?.status.role ?? (failed ? 'failed' : 'joining'))
    receipts(writes.all())
  }
  const repaint = soon(paint, (run) => setTimeout(run)) // a storm of writes must not wear out a hidden page

  const writes = createWrites(repaint)
  const actions = {
    async set(key, text) {
      const receipt = await run('set', key, (options) => room.set(key, text, options))
      if (receipt) data.wrote(key, text, receipt.revision)
      return receipt
    },
    async delete(key) {
      const receipt = await run('delete', key, (options) => room.delete(key, options))
      if (receipt) data.deleted(key, receipt.revision)
    },
    async increment(key) {
      const receipt = await run('increment', key, (options) => room.increment(key, 1, options))
      if (receipt) data.wrote(key, String(receipt.value), receipt.revision)
    },
  }
  const run = (verb, key, call) => {
    if (!room) return undefined
    const ack = chosenAck()
    // A value that was not written must not stay in its row as if it were.
    return writes.run(verb, key, ack, () => call({ ack })).then((receipt) => receipt ?? void repaint())
  }
  const table = createTable(actions)
  const receipts = createReceipts({ verify: (write) => writes.verify(room, write), nameOf, hues })
  wireForm(actions, () => room !== null)

  return {
    start(opened) {
      room = opened
      data = followData(room, repaint)
      setTimeout(table.settled, 2000)
      paint()
    },
    /** There will be no room. */
    fail() {
      failed = true
      paint()
    },
    /** After this tab became another node, or a part of the room again, its copy may be another. */
    rescan: () => data.rescan?.(),
    doubt: (keys) => data.doubt?.(keys),
    repaint,
  }
}

/** The choice of ack, and how to make it from the keyboard. */
export const chosenAck = () => document.querySelector('input[name="ack"]:checked').value
export function chooseAck(ack) {
  const input = document.querySelector(`input[name="ack"][value="${ack}"]`)
  input.checked = true
  input.focus()
}

function wireForm(actions, ready) {
  const key = byId('new-key')
  const value = byId('new-value')
  const note = byId('kv-note')
  byId('kv-add').addEventListener('submit', async (event) => {
    event.preventDefault()
    const wanted = key.value.trim()
    const trouble = wanted === '' ? 'A row needs a key.' : ready() ? '' : 'The node of this tab has not started yet.'
    setText(note, trouble)
    setAttribute(note, 'data-tone', trouble ? 'bad' : undefined)
    if (trouble) return key.focus()
    const text = value.value
    key.value = ''
    value.value = ''
    key.focus()
    // What was not written is given back, unless something else stands there by now.
    if (!(await actions.set(wanted, text)) && key.value === '' && value.value === '') {
      key.value = wanted
      value.value = text
    }
  })
}
