// The same room as a table, for screen readers and for whoever wants numbers.

import { byId, h, keyed, setAttribute, setText } from './dom.js'
import { count, storedIn } from './words.js'

/** Paints the table of the nodes and the line that counts them. */
export function createMembers(hues) {
  const wrap = byId('members-wrap')
  const toggle = byId('table-toggle')
  toggle.addEventListener('click', () => {
    const open = wrap.classList.toggle('visually-hidden') === false
    setAttribute(toggle, 'aria-expanded', String(open))
    setAttribute(wrap, 'tabindex', open ? 0 : undefined) // it may need scrolling
    toggle.textContent = open ? 'Hide the table' : 'Show as table'
  })
  return ({ members }) => {
    keyed(byId('members'), members, (member) => member.node, createRow, (row, member) => updateRow(row, member, hues))
    setText(byId('room-count'), members.length === 0 ? '' : countOf(members))
  }
}

function countOf(members) {
  const tabs = members.filter((member) => member.kind === 'tab').length
  const processes = members.length - tabs
  return [tabs > 0 && count(tabs, 'tab'), processes > 0 && count(processes, 'process', 'processes')].filter(Boolean).join(', ')
}

const createRow = () => h('tr', { 'data-testid': 'member' },
  h('th', { scope: 'row' }, h('span', { class: 'dot', 'aria-hidden': 'true' }), h('span')),
  h('td'), h('td'), h('td'), h('td', { class: 'num' }), h('td', { class: 'num' }), h('td'), h('td'))

function updateRow(row, member, hues) {
  const [name, kind, role, inSync, position, lag, storage, visible] = row.children
  const [dot, label] = name.children
  setAttribute(row, 'data-node', member.node)
  setAttribute(row, 'data-name', member.name)
  setAttribute(row, 'data-role', member.role)
  setAttribute(row, 'data-in-sync', String(member.inSync))
  setAttribute(dot, 'data-hue', hues.of(member.node))
  setAttribute(dot, 'data-kind', member.kind)
  setAttribute(dot, 'data-role', member.role)
  setText(label, member.self ? `${member.name} (this tab)` : member.name)
  setText(kind, member.kind)
  setText(role, member.role)
  setText(inSync, member.inSync ? 'yes' : 'no')
  setText(position, member.position || '–')
  setText(lag, String(member.lag))
  setText(storage, storedIn(member.storage) || '–')
  setText(visible, member.kind === 'process' ? '–' : member.visible ? 'yes' : 'no')
}
