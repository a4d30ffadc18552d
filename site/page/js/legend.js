// What the shapes of the map mean.

import { h, s } from './dom.js'
import { crownPath, disk, eye, nodeShape } from './glyphs.js'

const small = (...children) => s('svg', { viewBox: '-10 -10 20 20' }, ...children)
const shape = (kind, className = '') => nodeShape(kind, 8, `node-shape ${className}`)

/** Fills the legend. */
export function drawLegend(list) {
  const items = [
    ['master', small(shape('tab', 'full'), s('path', { class: 'legend-crown', d: crownPath, transform: 'scale(0.42) translate(-12 -12.4)' }))],
    ['tab', small(shape('tab'))],
    ['process', small(shape('process'))],
    ['on its way', small(shape('tab', 'dashed'))],
    ['on screen', eye()],
    ['kept in files', disk()],
  ]
  list.append(...items.map(([word, picture]) => h('li', {}, picture, word)))
}
