// What the page knows, in one place. Observers hear of every change at once;
// painters are called once per animation frame, with the newest.

import { soon } from './dom.js'

/**
 * @typedef {object} State
 * @property {'loading' | 'ready' | 'failed'} phase
 * @property {object | null} room    the open room
 * @property {object | null} status  its newest status
 * @property {readonly object[]} members
 * @property {{title: string, text: string} | null} trouble  why there is no node at all
 */

export function createState() {
  let now = Object.freeze({ phase: 'loading', room: null, status: null, members: [], trouble: null })
  const observers = new Set()
  const painters = new Set()
  const repaint = soon(() => {
    for (const painter of painters) painter(now)
  })

  return {
    get now() {
      return now
    },
    update(change) {
      const before = now
      now = Object.freeze({ ...now, ...change })
      for (const observer of observers) observer(now, before)
      repaint()
    },
    /** Calls observer(now, before) at every change. */
    observe: (observer) => observers.add(observer),
    /** Calls painter(now) soon after changes, and once now. */
    paint(painter) {
      painters.add(painter)
      painter(now)
    },
  }
}
