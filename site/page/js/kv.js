// The table of keys and values: click a value, type, press Enter.

import { byId, h, keyed, setAttribute, setText } from './dom.js'
import { cross, ring, tick } from './glyphs.js'
import { count, moment } from './words.js'

const integer = /^-?(0|[1-9]\d{0,17})$/

// Why the table is empty, by the role of this tab.
const nothing = 'Nothing here yet. Write the first key above, and watch it appear in every other tab.'
const emptiness = {
  master: nothing,
  replica: nothing,
  joining: 'What the room holds appears here as soon as this tab has a copy.',
  offline: 'This tab has no copy yet.',
  failed: 'Without a node there is nothing to show.',
}

/**
 * Makes the table. `write.set(key, text)`, `write.delete(key)` and
 * `write.increment(key)` do what a person asks for.
 */
export function createTable(write) {
  const body = byId('kv')
  const shown = new Map() // key -> revision painted last, so that a change can be seen
  let first = true

  return {
    paint(data, role) {
      const rows = data.rows()
      keyed(body, rows, (row) => row.key, (row) => createRow(row, write), (element, row) => {
        updateRow(element, row)
        if (!first && shown.get(row.key) !== row.revision) flash(element)
        shown.set(row.key, row.revision)
      })
      for (const key of shown.keys()) if (!data.get(key)) shown.delete(key)
      if (rows.length > 0) first = false
      const size = data.size()
      setText(byId('kv-count'), size === 0 ? '' : size > rows.length ? `${count(size, 'key')}, the first ${rows.length} shown` : count(size, 'key'))
      setText(byId('kv-empty'), size > 0 ? '' : emptiness[role])
    },
    /** From now on a new row is news, even in a room that was empty. */
    settled: () => (first = false),
  }
}

function createRow({ key }, write) {
  const input = h('input', {
    class: 'kv-input', 'data-testid': 'kv-input', 'aria-label': `Value of ${key}`, spellcheck: 'false', autocomplete: 'off',
  })
  const row = h('tr', { class: 'kv-row', role: 'row', 'data-testid': 'kv-row', 'data-key': key },
    h('th', { class: 'kv-key', role: 'rowheader', scope: 'row' },
      h('span', { class: 'kv-name', title: key, text: key }),
      h('time', { class: 'kv-until', 'data-testid': 'kv-until' })),
    h('td', { class: 'kv-value', role: 'cell' },
      input,
      h('button', { type: 'button', class: 'button primary kv-save', 'data-testid': 'kv-write', text: 'Write', onclick: () => save() }),
      h('span', { class: 'kv-meanwhile', role: 'status' })),
    h('td', { class: 'kv-rev', role: 'cell' }, h('span'), h('span')),
    h('td', { class: 'kv-actions', role: 'cell' },
      h('button', { type: 'button', class: 'button quiet small square', 'data-testid': 'kv-increment', 'aria-label': `Add 1 to ${key}`, text: '+1', onclick: () => write.increment(key) }),
      h('button', { type: 'button', class: 'button quiet small square', 'data-testid': 'kv-delete', 'aria-label': `Delete ${key}`, onclick: () => write.delete(key) }, cross())))

  const settle = () => {
    row.classList.remove('dirty')
    setText(row.querySelector('.kv-meanwhile'), '')
    input.value = row.text
  }
  const save = () => {
    const text = input.value
    row.text = text
    settle()
    write.set(key, text)
  }
  input.addEventListener('input', () => row.classList.toggle('dirty', input.value !== row.text))
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !input.readOnly && !event.isComposing) save()
    if (event.key === 'Escape') settle()
  })
  row.settle = settle
  return row
}

function updateRow(element, row) {
  const input = element.querySelector('.kv-input')
  const before = element.text
  element.text = row.text
  input.readOnly = row.binary
  setAttribute(input, 'title', row.binary ? 'This value is not one line of text: edit it from a terminal' : row.text)
  if (!element.classList.contains('dirty')) {
    if (input.value !== row.text) input.value = row.text
  } else if (before !== row.text) {
    setText(element.querySelector('.kv-meanwhile'), `Meanwhile it became “${row.text}”. Enter writes yours over it, Escape takes it.`)
  }
  const [name, , revision, actions] = element.children
  const end = name.lastChild
  setText(end, row.deadline === undefined ? '' : `until ${moment(row.deadline)}`)
  setAttribute(end, 'datetime', row.deadline === undefined ? undefined : new Date(row.deadline).toISOString())
  setText(revision.firstChild, String(row.revision))
  if (element.committed !== row.committed) {
    element.committed = row.committed
    setAttribute(element, 'data-committed', String(row.committed))
    revision.lastChild.replaceChildren(row.committed ? tick() : ring())
    setAttribute(revision, 'title', row.committed ? 'Committed: every in-sync copy has it' : 'Not yet committed: some copies do not have it')
  }
  actions.firstChild.hidden = !integer.test(row.text)
}

function flash(element) {
  element.classList.remove('changed')
  void element.offsetWidth // starts the animation anew
  element.classList.add('changed')
}
