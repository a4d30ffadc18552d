// What a change of master rolled back and the room's nodes keep: a list in
// which each may be written again or given up.

import { byId, h, keyed, setAttribute, setText } from './dom.js'
import { failure, list } from './words.js'

const shownMax = 50
const valueMax = 60 // letters
const retryPause = 1000 // ms, after a list that could not be read

/** Wires the list; `nameOf(node)` is for "by". `onChange(keys)` is called when one was found or settled. */
export function createOrphans(nameOf, onChange) {
  const body = byId('orphans')
  const troubles = new Map() // position -> why it could not be settled
  let room = null
  let orphans = []
  let counted = ''
  let reading = false
  let again = false

  const paint = () => {
    byId('orphans-wrap').hidden = orphans.length === 0
    keyed(body, orphans.slice(0, shownMax), nameOfOrphan, createItem, (item, orphan) => updateItem(item, orphan, { nameOf, trouble: troubles.get(nameOfOrphan(orphan)), settle }))
    setText(byId('orphans-more'), orphans.length > shownMax ? `and ${orphans.length - shownMax} more` : '')
  }

  // One reading at a time; a wish that comes meanwhile is another one afterwards.
  const read = async () => {
    again = reading
    if (reading) return
    reading = true
    try {
      orphans = await room.orphans()
      paint()
    } catch (error) {
      if (error.code !== 'CLOSED') setTimeout(read, retryPause)
    } finally {
      reading = false
    }
    if (again) read()
  }

  const settle = async (orphan, how) => {
    try {
      await how(room)
      troubles.delete(nameOfOrphan(orphan))
      orphans = orphans.filter((other) => other !== orphan)
      onChange(orphan.changes.map(({ key }) => key))
    } catch (error) {
      troubles.set(nameOfOrphan(orphan), { conflict: error.code === 'CONFLICT', text: error.code === 'CONFLICT' ? error.message : failure(error) })
    }
    paint()
    read()
  }

  return {
    start(opened) {
      room = opened
      room.on('orphans', (found) => onChange(found.flatMap(({ changes }) => changes.map(({ key }) => key))))
    },
    /** Reads the list anew when somebody keeps more or less than before. */
    follow({ members, phase }) {
      const counts = members.filter(({ orphans }) => orphans > 0).map(({ node, orphans }) => `${node} ${orphans}`).join()
      if (phase === 'ready' && counts !== counted) read()
      counted = counts
    },
  }
}

const nameOfOrphan = ({ position, by }) => `${position} ${by}`

const createItem = () =>
  h('li', { class: 'orphan', 'data-testid': 'orphan' },
    h('div', { class: 'orphan-what' }, h('ul', { class: 'orphan-changes' }), h('p', { class: 'receipt-detail' }), h('p', { class: 'form-note', role: 'status', 'data-tone': 'bad' })),
    h('div', { class: 'receipt-side' }))

function updateItem(item, orphan, { nameOf, trouble, settle }) {
  if (item.orphan === orphan && item.trouble === trouble) return
  item.orphan = orphan
  item.trouble = trouble
  setAttribute(item, 'data-position', orphan.position)
  const [what, side] = item.children
  const [changes, detail, note] = what.children
  changes.replaceChildren(...orphan.changes.map((change) => h('li', {}, h('b', { text: change.key }), ` ${became(change)}`)))
  detail.replaceChildren(
    h('span', { class: 'num', text: orphan.position, title: 'where it stood: epoch and index' }),
    h('span', { text: `by ${nameOf(orphan.by)}` }),
    h('span', { text: `kept by ${list(orphan.nodes.map(nameOf))}` }),
    h('span', { text: orphan.acked ? `was answered with ack ${orphan.ack}` : 'was not answered' }))
  setText(note, trouble ? `${trouble.text[0].toUpperCase()}${trouble.text.slice(1)}.`.replace(/([.!?])\.$/, '$1') : '')
  const button = (id, text, label, how) =>
    h('button', { type: 'button', class: 'button quiet small', 'data-testid': id, text, 'aria-label': `${label} ${orphan.changes.map(({ key }) => key).join(', ')}`, onclick: (event) => {
      for (const other of event.target.parentElement.children) other.disabled = true
      settle(orphan, how)
    } })
  const force = trouble?.conflict
  side.replaceChildren(
    button('replay', force ? 'Replay anyway' : 'Replay', force ? 'Write over what is there now:' : 'Write again:', (room) => room.replay(orphan, { force })),
    button('discard', 'Discard', 'Give up:', (room) => room.discard(orphan)))
}

function became(change) {
  if (change.type === 'delete') return 'deleted'
  const text = change.text()
  return `= ${text.length > valueMax ? `${text.slice(0, valueMax)}…` : text}`
}
