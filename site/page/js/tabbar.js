// The tab bar: title and icon tell the role, so that a row of tabs shows who leads.

import { byId, setAttribute } from './dom.js'
import { crownPath } from './glyphs.js'

/** Paints title and icon from the state; works in a hidden tab too. */
export function createTabBar(hues, room) {
  let drawn = ''
  return ({ status, trouble }) => {
    document.title = title(status, trouble, room)
    if (!status) return
    const hue = hues.of(status.node)
    setAttribute(document.documentElement, 'data-hue', hue)
    const look = `${status.role} ${hue} ${colour()}`
    if (look === drawn) return
    drawn = look
    setAttribute(byId('favicon'), 'href', `data:image/svg+xml,${encodeURIComponent(icon(status.role, colour()))}`)
  }
}

function title(status, trouble, room) {
  if (trouble) return `No node: ${room} · Understudy`
  if (!status) return `${room} · Understudy`
  const mark = status.role === 'master' ? '♛ ' : ''
  return `${mark}${status.name}, ${status.role} · ${room}`
}

// The mark in the header has this tab's hue; an icon needs it as plain RGB.
const colour = () => getComputedStyle(byId('wordmark')).color

// A tab bar may be light or dark whatever the page is: the master's crown
// stands on a full disc, and a replica is a ring.
function icon(role, hue) {
  const disc = (more) => `<circle cx="16" cy="16" r="${role === 'master' ? 15.5 : 12.5}" ${more}/>`
  const body = {
    master: `${disc(`fill="${hue}"`)}<path fill="#fff" stroke="#0006" stroke-width=".5" transform="translate(5.2 4.8) scale(.9)" d="${crownPath}"/>`,
    replica: disc(`fill="none" stroke="${hue}" stroke-width="5"`),
    joining: disc(`fill="none" stroke="${hue}" stroke-width="4" stroke-dasharray="6 5"`),
    offline: `${disc('fill="none" stroke="#85817a" stroke-width="4"')}<path stroke="#85817a" stroke-width="4" d="M7 25 25 7"/>`,
  }[role]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${body}</svg>`
}
