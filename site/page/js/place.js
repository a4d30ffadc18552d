// Where this page is: the room and the relay, as its address names them.

const query = new URLSearchParams(location.search)

/** The room of this page. */
export const room = query.get('room') || 'main'

/** The name asked for with ?name=; undefined leaves it to the node. */
export const name = query.get('name') || undefined

/** The relay, always a whole ws: or wss: URL. */
export const relay = relayURL(query.get('relay'))

/** True when the page runs a node for ?relay= and not for its own origin. */
const foreignRelay = query.has('relay') && query.get('relay') !== ''

/** The address of this room, for another tab or another person. */
export function joinLink() {
  const link = new URL(location.pathname, location.origin)
  link.searchParams.set('room', room)
  if (foreignRelay) link.searchParams.set('relay', query.get('relay'))
  return link.href
}

/** The command that joins this room from a terminal. */
export const joinCommand = () => `understudy node --room ${quoted(room)} --relay ${quoted(relay)}`

/** Opens another tab in this room, with a node and a memory of its own. */
export const openTab = () => window.open(joinLink(), '_blank', 'noopener')

function relayURL(asked) {
  const url = new URL(asked || '/ws', location.href)
  if (url.protocol === 'http:') url.protocol = 'ws:'
  if (url.protocol === 'https:') url.protocol = 'wss:'
  return url.href
}

// A word that a shell takes as it is needs no quotes.
const quoted = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)
