// Keys that work wherever no text is being typed, and the dialog that lists them.

import { byId, h } from './dom.js'

/** Wires shortcuts: a list of {key, does, act}. */
export function createShortcuts(shortcuts) {
  const dialog = byId('shortcuts')
  const open = () => (dialog.open ? dialog.close() : dialog.showModal())
  const all = [...shortcuts, { key: '?', does: 'Show or hide this list', act: open }]
  byId('shortcut-list').append(...all.flatMap(({ key, does }) => [h('dt', {}, h('kbd', { text: key })), h('dd', { text: does })]),
    h('dt', {}, h('kbd', { text: 'Enter' })), h('dd', { text: 'In a value: write it' }),
    h('dt', {}, h('kbd', { text: 'Esc' })), h('dd', { text: 'In a value: take back what you typed' }))
  byId('help').addEventListener('click', open)
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close())

  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || typing(event.target)) return
    const shortcut = all.find(({ key }) => key === event.key)
    if (!shortcut || (dialog.open && shortcut.key !== '?')) return
    event.preventDefault()
    shortcut.act()
  })
}

const typing = (element) => element instanceof HTMLElement && element.matches('input:not([type="radio"]), select, textarea')
