import { UnderstudyError } from './errors.js'
import * as values from './values.js'

const decoder = new TextDecoder()

// A write that a change of master rolled back, as the application sees it.
export function toOrphan({ changes, ack, nodes, ...rest }) {
  return Object.freeze({ ...rest, ack: values.fromAck(ack), nodes: Object.freeze(nodes), changes: Object.freeze(changes.map(toChange)) })
}

function toChange({ value, before, ...rest }) {
  return Object.freeze({ ...rest, ...asked(value, 'value', 'text'), ...asked(before, 'before', 'textBefore') })
}

// Bytes with a function that reads them as text; nothing where there are none.
const asked = (bytes, name, read) => (bytes === undefined ? {} : { [name]: bytes, [read]: () => decoder.decode(bytes) })

// What names an orphan: its position and the master that had written it.
export function toOrphaned(orphan) {
  const { position, by = '' } = orphan ?? {}
  if (typeof position === 'string' && typeof by === 'string') return { position, by }
  throw new UnderstudyError('REFUSED', `an orphan, or its { position: 'EPOCH/INDEX' }, is wanted, not ${values.describe(orphan)}`)
}
