import { UnderstudyError } from './errors.js'
import { Room } from './room.js'

export { UnderstudyError }

// See understudy.d.ts, which is the whole API.
export async function openRoom(options) {
  if (typeof options?.room !== 'string' || options.room === '') {
    throw new UnderstudyError('REFUSED', 'openRoom needs the name of a room: openRoom({ room: "kitchen" })')
  }
  const room = new Room(options)
  try {
    return await room.start(options)
  } catch (error) {
    await room.close()
    throw error
  }
}
