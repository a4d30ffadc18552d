// The page: one node, and everything that shows it. Each part gets the state
// and paints its own piece; none knows another.

import { createBanners } from './banners.js'
import { boot } from './boot.js'
import { byId } from './dom.js'
import { createEventLine } from './eventline.js'
import { showFrames } from './frames.js'
import { createHappenings } from './happenings.js'
import { createHeader } from './header.js'
import { createHues } from './hues.js'
import { createJoin } from './join.js'
import { drawLegend } from './legend.js'
import { createMap } from './map.js'
import { createMembers } from './members.js'
import { createOrphans } from './orphans.js'
import * as place from './place.js'
import { chooseAck, createPlay } from './play.js'
import { createSettings } from './settings.js'
import { createShortcuts } from './shortcuts.js'
import { createState } from './state.js'
import { createTabBar } from './tabbar.js'
import { createTheme } from './theme.js'
import { failure, refusal, rolledBack, sentence } from './words.js'

const state = createState()
const hues = createHues(place.room)
const happenings = createHappenings((happening) => eventLine.add(happening))
const eventLine = createEventLine(happenings.all)
const map = createMap(byId('map'), hues, place.openTab)
const play = createPlay({ nameOf: happenings.nameOf, hues })
const orphans = createOrphans(happenings.nameOf, (keys) => play.doubt(keys))
const tabBar = createTabBar(hues, place.room)

byId('room-name').textContent = place.room
byId('room-name').title = place.room
drawLegend(byId('legend'))

state.observe(({ members, status }) => hues.settle([...members.map((member) => member.node), ...(status?.node ? [status.node] : [])]))
state.observe(happenings.observe)
state.observe(({ status, members }, before) => {
  if (members !== before.members || status?.role !== before.status?.role) play.repaint() // names in receipts; why it is empty
  if (status && before.status && (status.node !== before.status.node || cameBack(status, before.status))) play.rescan()
})

const cameBack = (status, before) => status.role !== before.role && (before.role === 'joining' || before.role === 'offline')

state.observe(orphans.follow)
state.paint(tabBar)
state.paint(createHeader())
state.paint(map.paint)
state.paint(createMembers(hues))
state.paint(createBanners())
state.paint(createJoin(handOver))
state.paint(createSettings((change) => state.now.room.configure(change)))

const turnTheme = createTheme(() => tabBar(state.now))
createShortcuts([
  { key: 'n', does: 'Open another tab', act: place.openTab },
  { key: 'w', does: 'Write a new row', act: () => byId('new-key').focus() },
  { key: '1', does: 'Writes wait for the master (async)', act: () => chooseAck('async') },
  { key: '2', does: 'Writes wait for one replica', act: () => chooseAck('one') },
  { key: '3', does: 'Writes wait for all in-sync copies', act: () => chooseAck('all') },
  { key: 'm', does: 'Show the room as a table', act: () => byId('table-toggle').click() },
  { key: 'h', does: 'Hand the lead over', act: () => byId('handover-to').focus() },
  { key: 'e', does: 'Copy the event line', act: () => byId('events-copy').click() },
  { key: 't', does: 'Change the theme', act: turnTheme },
])

/** Passes the lead to a node; resolves to a sentence if that did not work. */
async function handOver(node) {
  const name = happenings.nameOf(node)
  try {
    happenings.tell('note', `This tab asked for the lead to go to ${name}.`, { node })
    await state.now.room.handOver(node)
    return undefined
  } catch (error) {
    return refusal(name, error)
  }
}

// Who is waited for is not here, and the room knows only its id.
const named = (status) => (status.waiting.length === 0 ? status : { ...status, waiting: status.waiting.map(happenings.nameOf) })

async function start() {
  try {
    const room = await boot({ room: place.room, relay: place.relay, name: place.name })
    window.understudy.room = room
    room.on('status', (status) => state.update({ status: named(status) }))
    room.on('members', (members) => state.update({ members }))
    room.on('orphans', (found) => happenings.tell('trouble', rolledBack(found)))
    room.on('alarm', (text) => happenings.tell('trouble', `Alarm: ${sentence(text)}`))
    room.on('error', (error) => happenings.tell('trouble', failure(error), { code: error.code }))
    orphans.start(room)
    state.update({ phase: 'ready', room, status: named(room.status), members: room.members })
    showFrames(room, map, () => room.status.node)
    play.start(room)
    return room
  } catch (trouble) {
    play.fail()
    state.update({ phase: 'failed', trouble })
    return null
  }
}

// For tests, and for whoever opens the console.
window.understudy = { room: null, ready: undefined }
window.understudy.ready = start()
