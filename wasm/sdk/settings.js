import { UnderstudyError } from './errors.js'
import * as values from './values.js'

const elections = ['succession', 'bully', 'ring', 'vote']
const names = ['election', 'minInSync', 'ack', 'volatile', 'lagLimit']

// Checks the settings of a room that somebody wants to change. Ranges are the
// relay's to check.
export function toChange(change) {
  const refuse = (text) => {
    throw new UnderstudyError('REFUSED', text)
  }
  const { election, minInSync, ack, volatile, lagLimit } = change ?? refuse(`settings are an object, not ${values.describe(change)}`)
  const unknown = Object.keys(change).find((name) => !names.includes(name))
  if (unknown !== undefined) refuse(`there is no setting '${unknown}', only ${names.join(', ')}`)
  if (election !== undefined && !elections.includes(election)) refuse(`election is one of ${elections.join(', ')}, not ${values.describe(election)}`)
  if (volatile !== undefined && volatile !== 'allow' && volatile !== 'refuse') refuse(`volatile is 'allow' or 'refuse', not ${values.describe(volatile)}`)
  const inRange = (value, most) => value === undefined || (Number.isInteger(value) && value >= 1 && value <= most)
  if (!inRange(minInSync, 1000)) refuse(`minInSync is a number of nodes from 1 to 1000, not ${values.describe(minInSync)}`)
  if (!inRange(lagLimit, 3_600_000)) refuse(`lagLimit is a number of milliseconds from 100 to 3600000, not ${values.describe(lagLimit)}`)
  return { election, minInSync, volatile, lagLimit, ack: ack === undefined ? undefined : values.toAck(ack) }
}

// Settings as the application sees them.
export function toSettings(told) {
  return { ...told, ack: values.fromAck(told.ack) }
}
