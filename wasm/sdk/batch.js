import { UnderstudyError } from './errors.js'
import * as values from './values.js'

// The operations of one write and what must hold for it, as the worker takes
// them. Every method returns the batch; mistakes throw at once.
export class Batch {
  ops = []
  conditions = []

  set(key, value, { ttl } = {}) {
    return this.#op('set', key, { value: values.toBytes(value), ttl: toTTL(ttl) })
  }

  setJSON(key, value, options) {
    return this.set(key, values.toJSONBytes(value), options)
  }

  delete(key) {
    return this.#op('delete', key)
  }

  increment(key, by = 1) {
    return this.#op('increment', key, { by: values.toInteger(by) })
  }

  append(key, value) {
    return this.#op('append', key, { value: values.toBytes(value) })
  }

  // Without a time the key lasts for ever again.
  expire(key, ttl) {
    return this.#op('expire', key, { ttl: toTTL(ttl) })
  }

  ifRevision(key, revision) {
    if (typeof revision !== 'bigint' || revision < 1n) {
      throw new UnderstudyError('REFUSED', `a revision is a BigInt above 0, not ${values.describe(revision)}`)
    }
    return this.#condition(key, { revision: String(revision) })
  }

  ifAbsent(key) {
    return this.#condition(key, { absent: true })
  }

  ifValue(key, value) {
    return this.#condition(key, { value: values.toBytes(value) })
  }

  // The conditions of a write of one key.
  on(key, { ifRevision, ifAbsent, ifValue }) {
    if (ifRevision !== undefined) this.ifRevision(key, ifRevision)
    if (ifAbsent) this.ifAbsent(key)
    if (ifValue !== undefined) this.ifValue(key, ifValue)
    return this
  }

  #op(op, key, more) {
    this.ops.push({ op, key: values.toKey(key), ttl: 0, ...more })
    return this
  }

  #condition(key, more) {
    this.conditions.push({ key: values.toKey(key), absent: false, revision: '0', ...more })
    return this
  }
}

const ttlMax = 100 * 365 * 24 * 3600 * 1000 // ms: 100 years

function toTTL(ttl = 0) {
  if (typeof ttl === 'number' && (ttl === 0 || (ttl >= 1 && ttl <= ttlMax))) return ttl
  throw new UnderstudyError('REFUSED', `ttl is 0 or a number of milliseconds from 1 to ${ttlMax}, not ${values.describe(ttl)}`)
}
