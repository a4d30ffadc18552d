// Light, dark, or as the system has it. early.js applies a kept choice before
// the first paint.

import { byId } from './dom.js'

const slot = 'understudy:theme'
const order = ['system', 'light', 'dark']
const words = { system: 'Theme: system', light: 'Theme: light', dark: 'Theme: dark' }

/** Wires the button; returns what it does, for the keyboard. */
export function createTheme(onChange) {
  const root = document.documentElement
  const paint = () => {
    const word = words[root.dataset.theme ?? 'system']
    byId('theme').setAttribute('aria-label', word)
    byId('theme').title = word
  }
  const next = () => {
    const theme = order[(order.indexOf(root.dataset.theme ?? 'system') + 1) % order.length]
    if (theme === 'system') delete root.dataset.theme
    else root.dataset.theme = theme
    try {
      localStorage.setItem(slot, theme)
    } catch {
      // The choice then lasts as long as this page.
    }
    paint()
    onChange()
  }
  byId('theme').addEventListener('click', next)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', onChange)
  paint()
  return next
}
