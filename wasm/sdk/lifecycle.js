import { UnderstudyError } from './errors.js'
import { claimName, releaseName } from './name.js'
import { WorkerNode } from './node.js'

const startTimeout = 30_000 // ms, for loading the wasm
const lastWords = 10 // ms, for a master's goodbye to leave the worker

// One node of a page at a time, from the page's birth to its end. A page that
// goes away says goodbye and ends its worker, since a page kept in the
// back/forward cache would stay connected for minutes; if it comes back, it is
// a new node.
export class LifeCycle {
  #options
  #env
  #hear
  #onStart
  #onStop
  #node
  #starting
  #closed = false
  #away = false
  #leads = false
  #listeners = []

  constructor(options, { env, hear, onStart, onStop }) {
    this.#options = options
    this.#env = env
    this.#hear = hear
    this.#onStart = onStart
    this.#onStop = onStop
    this.#listen()
  }

  post(message) {
    this.#node?.post(message)
  }

  call(op, args, options) {
    if (this.#closed) return Promise.reject(new UnderstudyError('CLOSED', 'the room is closed'))
    if (!this.#node) return Promise.reject(new UnderstudyError('CLOSED', 'the node is not running'))
    return this.#node.call(op, args, options)
  }

  // Starts a worker and resolves when its node runs.
  start({ signal, timeout = startTimeout } = {}) {
    if (this.#closed) return Promise.reject(new UnderstudyError('CLOSED', 'the room is closed'))
    if (this.#starting) return this.#starting
    if (this.#node && !this.#node.ended) return Promise.resolve()
    this.#starting = this.#start(signal, timeout).finally(() => (this.#starting = undefined))
    return this.#starting
  }

  async #start(signal, timeout) {
    const node = new WorkerNode((message) => this.#onMessage(node, message), this.#options)
    this.#node = node
    try {
      const { room, relay = ownRelay(this.#env.location), candidate = true, priority = 0, wasmUrl } = this.#options
      node.post({ type: 'load', wasmUrl: wasmUrl && String(wasmUrl) })
      const name = this.#options.name ?? (await claimName(this.#env)) // while the wasm loads
      await node.call('start', { room, relay, name, candidate, priority, visible: this.#visible() }, { timeout, signal })
      this.#onStart()
    } catch (error) {
      node.terminate(error.message)
      throw error
    }
  }

  // Ends the worker as a crash would.
  crash() {
    this.#end('the worker was ended without a goodbye')
  }

  async close(timeout) {
    this.#closed = true
    for (const off of this.#listeners.splice(0)) off()
    if (this.#node && !this.#node.ended) {
      // Whatever it says: the end is the end.
      await this.#node.call('close', {}, { timeout }).catch(() => {})
    }
    this.#end('the room is closed')
  }

  #end(why) {
    this.#node?.terminate(why)
    this.#onStop()
  }

  #onMessage(node, message) {
    if (node !== this.#node) return
    if (message.type === 'dead') this.#onStop()
    if (message.type === 'status') this.#leads = message.status.role === 'master'
    this.#hear(message)
  }

  #visible() {
    return this.#env.document?.visibilityState !== 'hidden'
  }

  #listen() {
    const { document } = this.#env
    if (!document) return
    const on = (target, event, listener) => {
      target.addEventListener(event, listener)
      this.#listeners.push(() => target.removeEventListener(event, listener))
    }
    on(this.#env, 'pagehide', () => this.#leave())
    on(this.#env, 'pageshow', ({ persisted }) => persisted && this.#comeBack())
    on(document, 'freeze', () => this.#leave())
    on(document, 'resume', () => this.#comeBack())
    on(this.#env, 'online', () => this.post({ type: 'wake' }))
    on(document, 'visibilitychange', () => {
      this.post({ type: 'appear', visible: this.#visible() })
      if (this.#visible()) this.post({ type: 'wake' })
    })
  }

  #leave() {
    if (this.#away || !this.#node || this.#node.ended) return
    this.#away = true
    this.post({ type: 'goodbye' })
    releaseName()
    // The page can't hear that the worker has said it, and once this returns
    // both may be gone first: then the others learn it from the socket's end,
    // some 40 ms later. Only a master is waited for.
    if (this.#leads) linger(lastWords)
    this.#end('the page went away')
  }

  #comeBack() {
    if (!this.#away) return
    this.#away = false
    this.start().catch((error) => this.#hear({ type: 'dead', text: error.message }))
  }
}

function linger(ms) {
  const until = performance.now() + ms
  while (performance.now() < until);
}

function ownRelay(location) {
  if (!location) throw new UnderstudyError('REFUSED', 'relay is missing: there is no page whose origin could be it')
  const url = new URL('/ws', location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return url.href
}
