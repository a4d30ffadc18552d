import { Batch } from './batch.js'
import { UnderstudyError, report } from './errors.js'
import { LifeCycle } from './lifecycle.js'
import { defaultTimeout } from './node.js'
import { toOrphan, toOrphaned } from './orphans.js'
import * as settings from './settings.js'
import * as values from './values.js'
import { Watches } from './watches.js'

const closeTimeout = 3000 // ms, for a master whose successor must catch up

const events = ['role', 'status', 'members', 'orphans', 'frames', 'alarm', 'error']

export class Room {
  #life
  #status
  #members = Object.freeze([])
  #listeners = Object.fromEntries(events.map((event) => [event, new Set()]))
  #watches
  #closed

  constructor(options, env = globalThis) {
    this.#status = offline(options)
    this.#watches = new Watches((message) => this.#life.post(message))
    this.#life = new LifeCycle(options, {
      env,
      hear: (message) => this.#hear(message),
      onStart: () => this.#onStart(),
      onStop: () => this.#onStop(),
    })
    this.lab = Object.freeze({
      crash: () => this.#life.crash(),
      freeze: (ms) => this.#life.post({ type: 'freeze', ms }),
      cut: (ms) => this.#life.post({ type: 'cut', ms }),
      start: () => this.#life.start(),
    })
  }

  // Called once, by openRoom.
  async start(options) {
    await this.#life.start(options)
    options.signal?.addEventListener('abort', () => this.close(), { once: true })
    return this
  }

  get status() {
    return this.#status
  }

  get members() {
    return this.#members
  }

  opened({ timeout = defaultTimeout, signal } = {}) {
    const ready = ({ open, role }) => open && (role === 'master' || role === 'replica')
    if (ready(this.#status)) return Promise.resolve(this.#status)
    if (this.#closed) return Promise.reject(new UnderstudyError('CLOSED', 'the room is closed'))
    return new Promise((resolve, reject) => {
      const end = (settle, value) => {
        off()
        clearTimeout(timer)
        signal?.removeEventListener('abort', onAbort)
        settle(value)
      }
      const off = this.on('status', (status) => ready(status) && end(resolve, status))
      const timer = setTimeout(() => end(reject, new UnderstudyError('NO_MASTER', this.#whyNotOpen(timeout))), timeout)
      const onAbort = () => end(reject, new UnderstudyError('ABORTED', 'the caller gave the call up', { cause: signal.reason }))
      signal?.addEventListener('abort', onAbort)
      if (signal?.aborted) onAbort()
    })
  }

  #whyNotOpen(timeout) {
    const { role, waiting } = this.#status
    if (role === 'offline') return `no relay within ${timeout} ms`
    if (waiting.length > 0) return `the room waits for ${waiting.join(', ')}`
    return `no master within ${timeout} ms`
  }

  async set(key, value, options = {}) {
    return this.#write(new Batch().set(key, value, options).on(key, options), options)
  }

  async setJSON(key, value, options = {}) {
    return this.#write(new Batch().setJSON(key, value, options).on(key, options), options)
  }

  async delete(key, options = {}) {
    return this.#write(new Batch().delete(key).on(key, options), options, ([n]) => ({ deleted: n !== 0n }))
  }

  async increment(key, by = 1, options = {}) {
    return this.#write(new Batch().increment(key, by).on(key, options), options, ([value]) => ({ value }))
  }

  async append(key, value, options = {}) {
    return this.#write(new Batch().append(key, value).on(key, options), options, ([length]) => ({ length: Number(length) }))
  }

  async expire(key, ttl, options = {}) {
    return this.#write(new Batch().expire(key, ttl).on(key, options), options, ([n]) => ({ found: n !== 0n }))
  }

  async batch(build, options = {}) {
    const batch = new Batch()
    build(batch)
    return this.#write(batch, options, (results) => ({ results: Object.freeze(results) }))
  }

  async #write({ ops, conditions }, { ack, onShort, timeout, signal }, more) {
    const request = { ops, conditions, ack: values.toAck(ack), degrade: values.toDegrade(onShort) }
    return this.#receipt('write', request, { timeout, signal }, more)
  }

  async #receipt(op, request, options, more = () => ({})) {
    const started = performance.now()
    const answer = await this.#life.call(op, request, { ...options, writes: true })
    return Object.freeze({ ...values.toReceipt(answer, started, performance.now()), ...more(answer.results.map(BigInt)) })
  }

  async get(key, { read, after, timeout, signal } = {}) {
    const request = { key: values.toKey(key), level: values.toLevel(read), least: values.toPosition(after) }
    const { found, value, revision, position, dirty, deadline } = await this.#life.call('get', request, { timeout, signal })
    return found ? values.toEntry({ key, value, revision, position, dirty, deadline }) : undefined
  }

  async getJSON(key, options) {
    return (await this.get(key, options))?.json()
  }

  async *scan(prefix = '', { read, after, limit = Infinity, timeout, signal } = {}) {
    const request = { key: values.toKey(prefix), level: values.toLevel(read), least: values.toPosition(after) }
    let behind = ''
    for (let more = true; more && limit > 0; ) {
      const page = await this.#life.call('scan', { ...request, behind, limit: Math.min(limit, 1000) }, { timeout, signal })
      for (const item of page.items) yield values.toEntry(item)
      limit -= page.items.length
      behind = page.items.at(-1)?.key
      more = page.more
    }
  }

  watch(prefix, listener, { from, level = 'committed', signal } = {}) {
    if (this.#closed) throw new UnderstudyError('CLOSED', 'the room is closed')
    if (level !== 'committed' && level !== 'local') throw new UnderstudyError('REFUSED', `level is 'committed' or 'local', not ${values.describe(level)}`)
    return this.#watches.add(values.toKey(prefix), listener, { from: values.toPosition(from), level, signal })
  }

  on(event, listener) {
    const set = this.#listeners[event]
    if (!set) throw new UnderstudyError('REFUSED', `there is no event '${event}', only ${Object.keys(this.#listeners).join(', ')}`)
    const entry = { listener } // so that one function may listen twice
    set.add(entry)
    this.#tellInterest()
    return () => {
      if (set.delete(entry)) this.#tellInterest()
    }
  }

  async verify(receipt, { timeout, signal } = {}) {
    return (await this.#life.call('verify', values.toWritten(receipt), { timeout, signal })).verdict
  }

  async handOver(node = '', { timeout, signal } = {}) {
    await this.#life.call('handover', { node }, { timeout, signal })
  }

  async takeOver(node, { timeout, signal } = {}) {
    await this.#life.call('takeover', { node: values.toKey(node) }, { timeout, signal, writes: true })
  }

  async settings({ timeout, signal } = {}) {
    return Object.freeze(settings.toSettings((await this.#life.call('settings', {}, { timeout, signal })).settings))
  }

  async configure(change, { timeout, signal } = {}) {
    return Object.freeze(settings.toSettings((await this.#life.call('configure', settings.toChange(change), { timeout, signal, writes: true })).settings))
  }

  async orphans({ all = false, timeout, signal } = {}) {
    return (await this.#life.call('orphans', { all: Boolean(all) }, { timeout, signal })).orphans.map(toOrphan)
  }

  async replay(orphan, { force = false, ack, onShort, timeout, signal } = {}) {
    const how = { force: Boolean(force), ack: values.toAck(ack), degrade: values.toDegrade(onShort) }
    return this.#receipt('replay', { ...toOrphaned(orphan), ...how }, { timeout, signal })
  }

  async discard(orphan, { timeout, signal } = {}) {
    await this.#life.call('discard', toOrphaned(orphan), { timeout, signal, writes: true })
  }

  close() {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close() {
    await this.#life.close(closeTimeout)
    this.#watches.clear()
    for (const set of Object.values(this.#listeners)) set.clear()
  }

  #onStart() {
    this.#tellInterest()
    this.#watches.start()
  }

  #onStop() {
    this.#show({ ...this.#status, role: 'offline', open: false, health: 'red', master: '' })
    this.#hear({ type: 'members', members: [] })
  }

  #tellInterest() {
    this.#life.post({ type: 'interest', members: this.#listeners.members.size > 0, frames: this.#listeners.frames.size > 0 })
  }

  #hear(message) {
    switch (message.type) {
      case 'status':
        return this.#show({ ...message.status, settings: settings.toSettings(message.status.settings), room: this.#status.room })
      case 'members': {
        const before = this.#members
        this.#members = values.keepIfSame(before, message.members)
        if (this.#members !== before) this.#emit('members', this.#members)
        return
      }
      case 'frames':
        return this.#emit('frames', Object.freeze(message.frames.map(Object.freeze)))
      case 'orphans':
        return this.#emit('orphans', Object.freeze(message.orphans.map(toOrphan)))
      case 'alarm':
        return this.#emit('alarm', message.text)
      case 'changes': {
        const error = this.#watches.hear(message)
        if (error) this.#emit('error', error)
        return
      }
      case 'dead':
        this.#emit('error', new UnderstudyError('CLOSED', message.text))
    }
  }

  #show(status) {
    const before = this.#status
    this.#status = values.keepIfSame(before, status)
    if (this.#status === before) return
    this.#emit('status', this.#status)
    if (this.#status.role !== before.role) this.#emit('role', this.#status.role, this.#status)
  }

  #emit(event, ...args) {
    for (const { listener } of [...this.#listeners[event]]) {
      try {
        listener(...args)
      } catch (error) {
        report(error)
      }
    }
  }
}

if (Symbol.asyncDispose) {
  Room.prototype[Symbol.asyncDispose] = function () {
    return this.close()
  }
}

function offline({ room, name = '' }) {
  return Object.freeze({
    node: '', name, room, role: 'offline', open: false, epoch: '0', last: '0', commit: '0', applied: '0', lag: 0,
    storage: 'memory', health: 'red', master: '', waiting: Object.freeze([]), orphans: 0, losses: Object.freeze([]),
    settings: Object.freeze({ election: 'succession', minInSync: 1, ack: 'all', volatile: 'allow', lagLimit: 3000 }),
  })
}
