// The page's end of the worker: calls with answers, and messages that come by
// themselves.
import { UnderstudyError, unanswered } from './errors.js'

export const defaultTimeout = 5000 // ms
const grace = 200 // ms past a call's time until the page gives the worker up
const longest = 2 ** 31 - 1 - grace // what a timer takes

export class WorkerNode {
  #worker
  #hear
  #open = new Map() // calls by id: {writes, resolve, reject}
  #last = 0
  #ended // the error of every later call

  // hear is called with each message of the worker that is no answer; it is
  // called with {type: 'dead', text} once, if the worker ends by itself.
  constructor(hear, { workerUrl, spawn = spawnWorker } = {}) {
    this.#hear = hear
    this.#worker = spawn(workerUrl)
    this.#worker.onmessage = ({ data }) => this.#onMessage(data)
    this.#worker.onerror = (event) => {
      event.preventDefault?.()
      const where = event.filename ? ` (${event.filename}:${event.lineno})` : ''
      this.#die(event.message ? `${event.message}${where}` : 'worker.js could not be loaded: is workerUrl right?')
    }
    this.#worker.onmessageerror = () => this.#die('the worker sent a message that can not be read')
  }

  get ended() {
    return this.#ended !== undefined
  }

  post(message) {
    if (!this.#ended) this.#worker.postMessage(message)
  }

  // Resolves to the answer of the worker, or rejects with an UnderstudyError:
  // by its time and a short grace, also if the worker's thread stands still.
  call(op, args, { timeout = defaultTimeout, signal, writes = false } = {}) {
    if (!(typeof timeout === 'number' && timeout > 0)) {
      return Promise.reject(new UnderstudyError('REFUSED', `timeout is a number of milliseconds above 0, not ${String(timeout)}`))
    }
    if (this.#ended) return Promise.reject(this.#ended)
    if (signal?.aborted) return Promise.reject(aborted(signal))
    timeout = Math.min(timeout, longest)
    const id = ++this.#last
    return new Promise((resolve, reject) => {
      const giveUp = (error) => {
        if (!this.#open.has(id)) return
        finish(() => reject(error))
        this.post({ type: 'cancel', id })
      }
      const timer = setTimeout(() => giveUp(unanswered(writes, `the worker did not answer within ${timeout} ms`)), timeout + grace)
      const onAbort = () => giveUp(aborted(signal))
      const finish = (settle) => {
        this.#open.delete(id)
        clearTimeout(timer)
        signal?.removeEventListener('abort', onAbort)
        settle()
      }
      signal?.addEventListener('abort', onAbort)
      this.#open.set(id, {
        writes,
        resolve: (result) => finish(() => resolve(result)),
        reject: (error) => finish(() => reject(error)),
      })
      this.post({ type: 'call', id, op, timeout, deadline: Date.now() + timeout, ...args })
    })
  }

  // Ends the worker at once; open calls end as whoever waits may believe.
  terminate(why) {
    if (this.#ended) return
    this.#ended = new UnderstudyError('CLOSED', why)
    this.#worker.terminate()
    for (const { writes, reject } of [...this.#open.values()]) {
      reject(writes ? unanswered(true, why) : this.#ended)
    }
  }

  #onMessage(message) {
    if (this.#ended) return
    if (message.type === 'dead') {
      this.#die(message.text)
    } else if (message.type === 'answer') {
      const { id, result, error } = message
      const open = this.#open.get(id)
      if (error) open?.reject(new UnderstudyError(error.code, error.text, error))
      else open?.resolve(result)
    } else {
      this.#hear(message)
    }
  }

  #die(text) {
    if (this.#ended) return
    this.terminate(text)
    this.#hear({ type: 'dead', text })
  }
}

function aborted(signal) {
  return new UnderstudyError('ABORTED', 'the caller gave the call up', { cause: signal.reason })
}

// The literal form of both arguments is what bundlers look for.
function spawnWorker(workerUrl) {
  if (typeof Worker === 'undefined') throw new UnderstudyError('REFUSED', 'a room is opened in a browser: there is no Worker here')
  try {
    if (workerUrl) return new Worker(workerUrl, { type: 'module' })
    return new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })
  } catch (cause) {
    throw new UnderstudyError('REFUSED', `the worker may not be started: ${cause.message}`, { cause })
  }
}
