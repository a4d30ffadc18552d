// The header: this tab's name, its role in one large word, and how it does.

import { byId, s, setAttribute, setText } from './dom.js'
import { healthShape, nodeInside, nodeShape } from './glyphs.js'
import { count, healthText, lede, roleWord, storedIn } from './words.js'

/** Paints the header from the state. */
export function createHeader() {
  const role = byId('role')
  return ({ phase, status, members }) => {
    setAttribute(document.body, 'data-phase', phase)
    if (phase === 'failed') paintFailure(role)
    if (!status) return
    const offline = status.role === 'offline'
    const inSync = members.filter((member) => member.inSync).length
    setAttribute(document.body, 'data-role', status.role)
    setText(byId('me-name'), status.name)
    paintGlyph(status)
    paintRole(role, status.role)
    setText(byId('lede'), lede(status, members))
    setText(byId('epoch'), status.epoch === '0' ? '–' : status.epoch)
    setText(byId('position'), status.last === '0' ? '–' : status.last)
    setText(byId('lag'), offline ? 'not known' : status.lag === 0 ? 'nothing' : count(status.lag, 'entry', 'entries'))
    setText(byId('in-sync'), offline ? 'not known' : members.length === 0 ? '–' : `${inSync} of ${members.length}`)
    setText(byId('storage'), storedIn(status.storage))
    paintHealth(status.health, healthText(status))
  }
}

function paintRole(element, role) {
  setText(element, roleWord[role])
  if (element.dataset.role === role) return
  element.dataset.role = role
  element.classList.remove('turned')
  void element.offsetWidth // starts the animation anew
  element.classList.add('turned')
}

let drawn = ''

function paintGlyph(status) {
  const look = `${status.role} ${status.name}`
  if (look === drawn) return
  drawn = look
  const glyph = byId('me-glyph')
  setAttribute(glyph, 'data-role', status.role)
  glyph.replaceChildren(
    s('circle', { class: 'node-ring', r: 37 }),
    nodeShape('tab', 30),
    nodeInside(status, 30))
}

function paintHealth(health, word) {
  const element = byId('health')
  setText(byId('health-word'), word)
  if (element.dataset.health === health) return
  element.dataset.health = health
  byId('health-mark').replaceChildren(healthShape(health))
}

// Nothing ever ran in this tab; the banner says why.
function paintFailure(role) {
  paintRole(role, 'offline')
  setAttribute(document.body, 'data-role', 'offline')
  setText(byId('lede'), 'No node is running in this tab.')
  paintHealth('red', 'not started')
}
