import { UnderstudyError, report } from './errors.js'
import { toChange } from './values.js'

// The watches of a room. They outlive a worker: a new one goes on behind the
// last position that was told.
export class Watches {
  #post
  #watches = new Map() // by id: {prefix, level, from, listener}
  #last = 0

  constructor(post) {
    this.#post = post
  }

  add(prefix, listener, { from, level, signal }) {
    if (signal?.aborted) return () => {}
    const id = ++this.#last
    const stop = () => {
      signal?.removeEventListener('abort', stop)
      if (this.#watches.delete(id)) this.#post({ type: 'unwatch', id })
    }
    signal?.addEventListener('abort', stop)
    this.#watches.set(id, { prefix, level, from, listener })
    this.#post({ type: 'watch', id, prefix, level, from })
    return stop
  }

  // Tells a new worker of all of them.
  start() {
    for (const [id, { prefix, level, from }] of this.#watches) this.#post({ type: 'watch', id, prefix, level, from })
  }

  clear() {
    this.#watches.clear()
  }

  // Takes a message of the worker. Returns the error that has ended the watch,
  // if there is one. In the middle of a state the watch stands where it stood
  // before it: a new worker sends it again.
  hear({ id, gap, ahead, items = [], more = false, events = [], through, by, error }) {
    const watch = this.#watches.get(id)
    if (!watch) return undefined
    if (error) {
      this.#watches.delete(id)
      return new UnderstudyError(error.code, `the watch of '${watch.prefix}' has ended: ${error.text}`, error)
    }
    if (!more && !ahead) watch.from = by ? `${through} ${by}` : through
    if (ahead) this.#tell(watch, id, { type: 'ahead', position: through })
    if (gap) this.#tell(watch, id, { type: 'gap', position: through })
    if (gap || items.length > 0) this.#tell(watch, id, { type: 'state', position: through, items, more })
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
