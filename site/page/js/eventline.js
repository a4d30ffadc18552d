// The event line: what happened, newest first, with the time of day.

import { byId, copyButton, h } from './dom.js'
import { timeOfDay } from './words.js'

const shownMax = 60

/** Makes the event line; `add(happening)` puts one on top. `all()` is what its button copies. */
export function createEventLine(all) {
  const line = byId('events')
  copyButton(byId('events-copy'), () => JSON.stringify(all(), null, 2))
  return {
    add(happening) {
      line.prepend(h('li', { class: 'event fresh', 'data-testid': 'event', 'data-kind': happening.kind },
        h('time', { datetime: happening.at.toISOString(), text: timeOfDay(happening.at) }),
        h('p', { text: happening.text })))
      while (line.children.length > shownMax) line.lastElementChild.remove()
    },
  }
}
