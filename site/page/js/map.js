// The room as a picture: the relay in the middle, the nodes around it.

import { keyed, s, setAttribute, setText } from './dom.js'
import { badge, nodeInside, nodeShape } from './glyphs.js'
import { drawnMax, layOut } from './layout.js'

/**
 * Makes the map inside `container`. `paint(state)` follows the room; `place(node)`
 * is where a node stands, 'relay' is the hub; `layer` lies between spokes and nodes.
 * `openTab()` fills the empty seat beside a node that is alone.
 */
export function createMap(container, hues, openTab) {
  const spokes = s('g')
  const layer = s('g')
  const nodes = s('g')
  const hub = s('g', { class: 'hub' })
  const seat = createSeat(openTab)
  const more = s('text', { class: 'map-more' })
  const picture = s('svg', {}, spokes, layer, seat, hub, nodes, more)
  container.append(picture)
  drawHub(hub)

  const seats = new Map() // node -> the order in which this page saw it
  let places = new Map()
  let newest = null

  const paint = (state) => {
    newest = state
    setAttribute(container, 'data-crowd', String(state.members.length > 7))
    setAttribute(container, 'data-stale', String(state.status?.role === 'offline'))
    const { width, height } = boxOf(container)
    if (width === 0) return
    const shown = seated(state, seats).slice(0, drawnMax)
    const plan = layOut(Math.max(shown.length, 1), width, height)
    const seen = shown.map((member, i) => ({ ...member, at: plan.points[i], plan }))
    places = new Map(seen.map((member) => [member.node, member.at]))
    places.set('relay', plan.hub)

    setAttribute(picture, 'viewBox', `0 0 ${width} ${height}`)
    setAttribute(hub, 'transform', `translate(${plan.hub.x} ${plan.hub.y})`)
    setAttribute(hub, 'data-open', String(state.status !== null && state.status.role !== 'offline'))
    keyed(spokes, seen, (member) => member.node, () => s('path', { class: 'spoke' }), (path, member) => updateSpoke(path, member, plan.hub, hues))
    keyed(nodes, seen, (member) => member.node, createNode, (group, member) => updateNode(group, member, hues))
    placeSeat(seat, state, plan)
    setAttribute(more, 'x', width - 48)
    setAttribute(more, 'y', height - 6)
    setText(more, state.members.length > shown.length ? `and ${state.members.length - shown.length} more` : '')
  }

  new ResizeObserver(() => newest && paint(newest)).observe(container)
  return { paint, layer, place: (node) => places.get(node), others: (node) => [...places.keys()].filter((key) => key !== 'relay' && key !== node) }
}

// The size in units of 1/16 of the text size: the map grows with the text.
function boxOf(container) {
  const { width, height } = container.getBoundingClientRect()
  const scale = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16
  return { width: width / scale, height: height / scale }
}

// A node that is alone shows where the next one would be.
function createSeat(openTab) {
  return s('g', { class: 'seat', onclick: openTab },
    s('path', { class: 'spoke', 'data-sync': 'false' }),
    s('circle', { class: 'seat-shape', r: 24 }),
    s('path', { class: 'seat-plus', d: 'M-7 0H7M0-7V7' }),
    s('text', { y: 46, text: 'open another tab' }))
}

function placeSeat(seat, { status, members }, { hub, points }) {
  const alone = status !== null && status.role !== 'offline' && members.length === 1
  seat.toggleAttribute('hidden', !alone)
  const above = hub.y - points[0].y
  seat.style.transform = `translate(${hub.x}px, ${hub.y + above}px)`
  setAttribute(seat.firstChild, 'd', `M0 ${-above}V0`)
}

// This tab first, the others in the order in which they came.
function seated({ status, members }, seats) {
  const self = members.find((member) => member.self) ?? alone(status)
  const others = members.filter((member) => !member.self)
  for (const { node } of others) if (!seats.has(node)) seats.set(node, seats.size)
  others.sort((a, b) => seats.get(a.node) - seats.get(b.node))
  // The status of this tab is newer than its row among the members.
  const role = status?.role ?? self.role
  return [{ ...self, role, position: status?.last ?? self.position }, ...others]
}

// Before the relay has presented anybody there is still this tab.
const alone = (status) => ({
  node: status?.node || 'self', name: status?.name ?? '', kind: 'tab', role: status?.role ?? 'joining', self: true,
  inSync: false, visible: true, lag: 0, position: status?.last ?? '', storage: status?.storage ?? '',
})

function drawHub(hub) {
  hub.append(
    s('path', { class: 'hub-shape', d: 'M-33-19H33a8 8 0 0 1 8 8V11a8 8 0 0 1-8 8H-33a8 8 0 0 1-8-8V-11a8 8 0 0 1 8-8z' }),
    s('text', { y: 4, text: 'relay' }))
}

function updateSpoke(path, member, hub, hues) {
  const line = `M${hub.x.toFixed(1)} ${hub.y.toFixed(1)}L${member.at.x.toFixed(1)} ${member.at.y.toFixed(1)}`
  setAttribute(path, 'd', line)
  if (path.line !== line) path.style.setProperty('d', `path("${line}")`) // only this form glides
  path.line = line
  setAttribute(path, 'data-sync', String(member.inSync))
  setAttribute(path, 'data-role', member.role)
  setAttribute(path, 'data-hue', hues.of(member.node))
}

function createNode() {
  const group = s('g', { class: 'node entering' },
    s('g', { class: 'node-body' }),
    s('text', { class: 'node-name' }),
    s('text', { class: 'node-detail' }))
  requestAnimationFrame(() => requestAnimationFrame(() => group.classList.remove('entering')))
  return group
}

function updateNode(group, member, hues) {
  const { radius, letters, twoLines } = member.plan
  group.style.transform = `translate(${member.at.x.toFixed(1)}px, ${member.at.y.toFixed(1)}px)`
  setAttribute(group, 'data-node', member.node)
  setAttribute(group, 'data-self', member.self)
  setAttribute(group, 'data-role', member.role)
  setAttribute(group, 'data-hue', hues.of(member.node))
  drawBody(group, member, radius)

  const [, name, detail] = group.children
  setAttribute(name, 'y', radius + (member.self ? 24 : 20))
  setText(name, shortened(member.self && letters > 12 ? `${member.name} (you)` : member.name, letters))
  setAttribute(detail, 'y', radius + (member.self ? 40 : 36))
  setText(detail, twoLines ? detailOf(member) : '')
}

function drawBody(group, member, radius) {
  const look = [member.kind, member.role, member.name, member.visible, member.storage, member.self, radius].join(' ')
  if (group.look === look) return
  group.look = look
  const edge = radius * 0.86
  const durable = member.storage !== '' && member.storage !== 'memory'
  const body = group.firstChild
  setAttribute(body, 'data-role', member.role)
  body.replaceChildren(
    s('circle', { class: 'node-halo', r: radius * 1.75 }),
    ...(member.self ? [nodeShape(member.kind, radius + 6, 'node-ring')] : []),
    nodeShape(member.kind, radius),
    nodeInside(member, radius),
    ...(member.visible && member.kind === 'tab' && radius > 16 ? [badge('eye', edge, -edge)] : []),
    ...(durable && radius > 16 ? [badge('disk', edge, edge)] : []))
}

function detailOf(member) {
  if (member.role === 'joining') return 'joining'
  if (member.role === 'offline') return 'silent'
  if (member.position === '' || member.position === '0') return ''
  return member.lag > 0 ? `${member.position}  −${member.lag}` : member.position
}

function shortened(text, letters) {
  const all = [...text]
  return all.length <= letters ? text : `${all.slice(0, letters - 1).join('')}…`
}
