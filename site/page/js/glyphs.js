// The drawings of the page: one node looks alike in the header, in the room,
// in the legend and in the tab bar.

import { s } from './dom.js'

/** A crown in a box of 24. */
export const crownPath = 'M3.4 16.5 2 7.4l5.6 3.9L12 4l4.4 7.3L22 7.4l-1.4 9.1zM3.7 18.3h16.6v1.9H3.7z'
const eyePath = 'M2.5 12S6 5.8 12 5.8 21.5 12 21.5 12 18 18.2 12 18.2 2.5 12 2.5 12zM12 9.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 1 0 0-5.6z'
const diskPath = 'M4 4h13l3 3v13H4zM8 4v5h7V4M7 20v-6h10v6'
const tickPath = 'M4 12.5 10 18 20 6.5'
const ringPath = 'M12 5a7 7 0 1 0 0 14 7 7 0 1 0 0-14z'
const crossPath = 'M6 6 18 18M18 6 6 18'

/** An icon of 24 by 24, drawn in lines. */
const lines = (path, className) => s('svg', { class: className, viewBox: '0 0 24 24', 'aria-hidden': 'true' }, s('path', { d: path }))

export const tick = () => lines(tickPath, 'mark')
export const ring = () => lines(ringPath, 'mark')
export const cross = () => lines(crossPath, 'mark')
export const eye = () => lines(eyePath, 'icon')
export const disk = () => lines(diskPath, 'icon')

/** A node's outline with radius r around 0,0: a circle for a tab, a square for a process. */
export function nodeShape(kind, r, className = 'node-shape') {
  if (kind !== 'process') return s('circle', { class: className, r })
  const half = r * 0.9
  return s('rect', { class: className, x: -half, y: -half, width: 2 * half, height: 2 * half, rx: r * 0.26 })
}

/** What stands in a node: a crown in the master, the first letters of its name in all others. */
export function nodeInside(member, r) {
  if (member.role === 'master') {
    const scale = r / 20
    return s('path', { class: 'node-crown', d: crownPath, transform: `scale(${scale}) translate(-12 -12.2)` })
  }
  return s('text', { class: 'node-initials', 'font-size': (r * 0.66).toFixed(1), text: initials(member.name) })
}

/** A small round badge at the edge of a node: an eye or a disk. */
export function badge(which, x, y) {
  return s('g', { transform: `translate(${x} ${y})` },
    s('circle', { class: 'node-badge', r: 8 }),
    s('path', { class: 'node-badge-icon', d: which === 'eye' ? eyePath : diskPath, transform: 'scale(0.46) translate(-12 -12)' }))
}

/** The mark of a health: a disc, a triangle or a square, so that its colour is never alone. */
export function healthShape(health) {
  if (health === 'green') return s('circle', { r: 6 })
  if (health === 'yellow') return s('path', { d: 'M0-6.5 7 6H-7z' })
  return s('path', { d: 'M-6-6H6V6H-6z' })
}

/** The first two letters of a name, as they stand. */
export function initials(name) {
  return [...name.replace(/[^\p{L}\p{N}]/gu, '')].slice(0, 2).join('') || '?'
}
