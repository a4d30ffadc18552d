// What crosses between page and worker, and what the page's callers see of it.
// Numbers of 64 bits cross as decimal text.
import { UnderstudyError } from './errors.js'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export function toBytes(value) {
  if (typeof value === 'string') return encoder.encode(value)
  if (value instanceof Uint8Array) return value
  throw new UnderstudyError('REFUSED', `a value is a string or a Uint8Array, not ${describe(value)}; see setJSON`)
}

export function toJSONBytes(value) {
  const text = JSON.stringify(value)
  if (text === undefined) throw new UnderstudyError('REFUSED', `${describe(value)} has no JSON form`)
  return encoder.encode(text)
}

export function toKey(key) {
  if (typeof key !== 'string') throw new UnderstudyError('REFUSED', `a key is a string, not ${describe(key)}`)
  return key
}

// Without one, the room's settings say.
export function toAck(ack = '') {
  if (ack === '' || ack === 'async' || ack === 'one' || ack === 'all') return ack
  if (Number.isInteger(ack) && ack >= 1 && ack <= 999) return String(ack)
  throw new UnderstudyError('REFUSED', `ack is 'async', 'one', 'all' or a number from 1 to 999, not ${describe(ack)}`)
}

export const fromAck = (ack) => (/^\d+$/.test(ack) ? Number(ack) : ack)

// Whether a write makes do with what there is where too few nodes are in sync.
export function toDegrade(onShort = 'fail') {
  if (onShort === 'fail' || onShort === 'degrade') return onShort === 'degrade'
  throw new UnderstudyError('REFUSED', `onShort is 'fail' or 'degrade', not ${describe(onShort)}`)
}

const levels = ['session', 'local', 'committed', 'latest']

export function toLevel(level = 'session') {
  if (levels.includes(level)) return level
  throw new UnderstudyError('REFUSED', `read is one of ${levels.join(', ')}, not ${describe(level)}`)
}

// A position to read or watch from; '' for none.
export function toPosition(position = '') {
  if (typeof position === 'string' && /^(0|[1-9]\d*\/[1-9]\d*)?$/.test(position)) return position
  throw new UnderstudyError('REFUSED', `a position is a string 'EPOCH/INDEX', not ${describe(position)}`)
}

export function toInteger(by) {
  if (typeof by === 'bigint' || Number.isSafeInteger(by)) {
    const whole = BigInt(by)
    if (BigInt.asIntN(64, whole) === whole) return String(whole)
  }
  throw new UnderstudyError('REFUSED', `an increment is by an integer of 64 bits, not ${describe(by)}`)
}

// What verify needs of a receipt.
export function toWritten(receipt) {
  const { position, by = '' } = receipt ?? {}
  if (typeof position === 'string' && typeof by === 'string' && /^[a-z0-9]{0,26}$/.test(by)) return { position, by }
  throw new UnderstudyError('REFUSED', `verify takes a receipt, or { position: 'EPOCH/INDEX' }, not ${describe(receipt)}`)
}

export function toReceipt(answer, started, now) {
  const { position, by, revision, ack, copies, durable, ms } = answer
  return {
    position, by, revision: BigInt(revision), ack: fromAck(ack), copies, durable,
    ms: Object.freeze({ total: now - started, node: ms }),
  }
}

// A key with its value, as get, scan and watch give it.
export function toEntry({ key, value, revision, position, ...rest }) {
  return Object.freeze({
    ...rest,
    key,
    value,
    revision: BigInt(revision),
    ...(position === undefined ? {} : { position }),
    text: () => decoder.decode(value),
    json: () => parseJSON(key, decoder.decode(value)),
  })
}

function parseJSON(key, text) {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UnderstudyError('REFUSED', `the value of ${JSON.stringify(key)} is no JSON: ${error.message}`)
  }
}

// One change of a watch.
export function toChange(event) {
  const { type, key, value, revision, position, deadline, items, more } = event
  if (type === 'set') return toEntry(event)
  if (type === 'gap' || type === 'ahead') return Object.freeze({ type, position })
  if (type === 'state') return Object.freeze({ type, position, more, items: Object.freeze(items.map(toEntry)) })
  const change = { type, key, revision: BigInt(revision), position }
  if (type === 'retract') Object.assign(change, { value, text: () => value && decoder.decode(value) }, deadline && { deadline })
  return Object.freeze(change)
}

// Returns before, if next says the same, so that a snapshot is the same object
// until something has changed.
export function keepIfSame(before, next) {
  const freeze = (value) => {
    if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
      Object.values(value).forEach(freeze)
      Object.freeze(value)
    }
    return value
  }
  return same(before, next) ? before : freeze(next)
}

function same(a, b) {
  if (Object.is(a, b)) return true
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]))
}

export function describe(value) {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'object') {
    const name = value.constructor?.name
    return !name || name === 'Object' ? 'an object' : `${/^[AEIO]/.test(name) ? 'an' : 'a'} ${name}`
  }
  return typeof value === 'function' ? 'a function' : `${typeof value} ${String(value).slice(0, 40)}`
}
