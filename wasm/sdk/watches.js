import { UnderstudyError, report } from './errors.js'
import { toChange } from './values.js'

// The watches of a room. They outlive a worker: a new one goes on behind the
// last position that was told.
export class Watches {
  #post
  #watches = new Map() // by id: {prefix, listener, from}
  #last = 0

  constructor(post) {
    this.#post = post
  }

  add(prefix, listener, from, signal) {
    if (signal?.aborted) return () => {}
    const id = ++this.#last
    const stop = () => {
      signal?.removeEventListener('abort', stop)
      if (this.#watches.delete(id)) this.#post({ type: 'unwatch', id })
    }
    signal?.addEventListener('abort', stop)
    this.#watches.set(id, { prefix, listener, from })
    this.#post({ type: 'watch', id, prefix, from })
    return stop
  }

  // Tells a new worker of all of them.
  start() {
    for (const [id, { prefix, from }] of this.#watches) this.#post({ type: 'watch', id, prefix, from })
  }

  clear() {
    this.#watches.clear()
  }

  // Takes a message of the worker. Returns the error that has ended the watch,
  // if there is one.
  hear({ id, gap, events = [], through, by, error }) {
    const watch = this.#watches.get(id)
    if (!watch) return undefined
    if (error) {
      this.#watches.delete(id)
      return new UnderstudyError(error.code, `the watch of '${watch.prefix}' has ended: ${error.text}`, error)
    }
    watch.from = by ? `${through} ${by}` : through
    if (gap) this.#tell(watch, id, { type: 'gap', position: through })
    for (const event of events) this.#tell(watch, id, event)
    return undefined
  }

  #tell({ listener }, id, event) {
    if (!this.#watches.has(id)) return // its listener has just stopped it
    try {
      listener(toChange(event))
    } catch (error) {
      report(error)
    }
  }
}
