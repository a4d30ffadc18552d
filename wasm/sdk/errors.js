// Codes whose call may be made again without a risk of applying it twice.
const retryable = new Set(['NOT_ENOUGH_REPLICAS', 'NO_MASTER', 'TIMEOUT', 'SESSION_CUT'])

export class UnderstudyError extends Error {
  constructor(code, message = code, { position, cause, retryable: again } = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'UnderstudyError'
    this.code = code
    this.retryable = again ?? retryable.has(code)
    this.position = position
  }
}

// Says how a call ended whose worker does not answer: of a write that may have
// been made, nobody may say that it failed.
export function unanswered(writes, why) {
  return writes ? new UnderstudyError('OUTCOME_UNKNOWN', why) : new UnderstudyError('TIMEOUT', why)
}

// Errors of listeners are the application's: they are shown as uncaught ones
// are, and stop neither the room nor the other listeners.
export function report(error) {
  if (typeof reportError === 'function') reportError(error)
  else console.error(error)
}
