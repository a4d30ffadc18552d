// What happened, told from the difference between what was known and what is.
// Each happening is {at, kind, text, ...}; kinds: 'self', 'join', 'leave',
// 'master', 'trouble', 'write', 'note'.

import { duration, list, someOf } from './words.js'

const keptMax = 300
const joinQuiet = 1200 // ms: who is found in the room on arrival has not "joined"

/** Follows the state and keeps the newest happenings; `onNew(happening)` hears each. */
export function createHappenings(onNew, now = () => performance.now()) {
  const all = []
  const names = new Map()
  const memory = { headless: undefined, master: '', since: undefined, offline: undefined, met: 0 }

  const tell = (kind, text, more = {}) => {
    const happening = Object.freeze({ at: new Date(), kind, text, ...more })
    all.unshift(happening)
    all.length = Math.min(all.length, keptMax)
    onNew(happening)
  }

  const nameOf = (node) => names.get(node) ?? node

  const observe = (state, before) => {
    for (const { node, name } of state.members) names.set(node, name)
    const { status } = state
    if (!status || (status === before.status && state.members === before.members)) return
    names.set(status.node, status.name)
    const context = { tell, nameOf, memory, now, status, before: before.status }
    tellOfNode(context)
    tellOfLink(context)
    tellOfMembers(context, state.members, before.members)
    tellOfMaster(context)
    tellOfRegister(context)
  }

  return { all: () => all, observe, tell, nameOf }
}

function tellOfNode({ tell, status, before }) {
  if (!before) tell('self', `This tab is ${status.name}.`, { node: status.node })
  else if (before.node !== '' && before.node !== status.node) tell('self', `This tab started again as a new node, ${status.name}.`, { node: status.node })
}

function tellOfLink({ tell, memory, now, status, before }) {
  if (status.role === 'offline' && before && before.role !== 'offline') {
    memory.offline = now()
    tell('trouble', 'This tab lost the relay. Its copy stays readable.')
  } else if (status.role !== 'offline' && memory.offline !== undefined) {
    tell('self', `This tab is back after ${duration(now() - memory.offline)}.`)
    memory.offline = undefined
    memory.met = 0
  }
  const waiting = list(status.waiting)
  if (waiting !== '' && waiting !== list(before?.waiting ?? [])) tell('trouble', `The room has no master and waits for ${waiting}.`)
}

function tellOfMembers({ tell, memory, now, status }, members, before) {
  if (members === before || status.role === 'offline') return
  if (memory.met === 0 && members.length > 0) memory.met = now()
  const old = new Map(before.map((member) => [member.node, member]))
  const present = new Set(members.map((member) => member.node))
  const arrived = members.filter((member) => !member.self && !old.has(member.node))
  if (arrived.length > 0 && now() - memory.met < joinQuiet) {
    tell('join', `${someOf(arrived.map((member) => member.name))} ${arrived.length === 1 ? 'is' : 'are'} here.`, { nodes: arrived.map((member) => member.node) })
  } else {
    for (const member of arrived) tell('join', `${member.name} joined${member.kind === 'process' ? ' from a terminal' : ''}.`, { node: member.node })
  }
  for (const member of before) {
    if (present.has(member.node) || member.self) continue
    tell('leave', `${member.name} ${member.kind === 'process' ? 'left' : 'closed'}.`, { node: member.node })
  }
}

// A change of master is told once, when the new one is open: who, in how long, which epoch.
function tellOfMaster({ tell, nameOf, memory, now, status, before }) {
  if (status.role === 'offline') {
    memory.headless = undefined // what happens meanwhile is not seen from here
    return
  }
  if (!status.open || status.master === '') {
    if (before?.open && memory.headless === undefined) memory.headless = now()
    return
  }
  if (memory.since === status.epoch) {
    memory.headless = undefined
    return
  }
  // Below a millisecond both pieces of news came together, and nothing was measured.
  const away = memory.headless === undefined ? 0 : now() - memory.headless
  const took = away < 1 ? '' : ` in ${duration(away)}`
  const who = nameOf(status.master)
  const more = { node: status.master, epoch: status.epoch }
  const self = status.master === status.node
  if (memory.since === undefined) tell('master', `${self ? 'This tab' : who} leads, epoch ${status.epoch}.`, more)
  else if (memory.master === status.master) tell('master', `${who} leads again, epoch ${status.epoch}.`, more)
  else if (nameOf(memory.master) === who) tell('master', `${who} leads as a new node, epoch ${status.epoch}.`, more)
  else tell('master', `${who} took over from ${nameOf(memory.master)}${took}, epoch ${status.epoch}.`, more)
  memory.master = status.master
  memory.since = status.epoch
  memory.headless = undefined
}

// What the register says of the room as a whole.
function tellOfRegister({ tell, status, before }) {
  if (!before || before.node !== status.node || before.epoch === '0') return
  for (const loss of status.losses) {
    if (before.losses.some(({ epoch }) => epoch === loss.epoch)) continue
    const how = loss.taken ? 'Somebody made a node master by a takeover' : 'The room began again'
    tell('trouble', `${how} without ${someOf(loss.missing)}: what only they had is lost.`, { epoch: loss.epoch })
  }
  const changed = Object.entries(status.settings).filter(([name, value]) => value !== before.settings[name])
  if (changed.length > 0) tell('note', `The room's settings changed: ${list(changed.map(([name, value]) => `${settingWord[name]} ${value}${name === 'lagLimit' ? ' ms' : ''}`))}.`)
}

const settingWord = { election: 'election', minInSync: 'min-in-sync', ack: 'default ack', volatile: 'volatile', lagLimit: 'lag limit' }
