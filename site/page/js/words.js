// How the page says things. Pure functions from values to sentences.

export const roleWord = { master: 'Master', replica: 'Replica', joining: 'Joining', offline: 'Offline' }
export const healthWord = { green: 'healthy', yellow: 'catching up', red: 'in trouble' }

const storageWord = { memory: 'memory', opfs: 'browser files', indexeddb: 'browser database', files: 'files' }

/** Where a copy is kept, for people. */
export const storedIn = (storage) => storageWord[storage] ?? storage

/** A health in words, with the reason where the status tells it. */
export function healthText(status) {
  if (status.health === 'green') return 'healthy'
  if (status.role === 'offline') return 'offline'
  if (!status.open) return 'no master'
  return healthWord[status.health] ?? status.health
}

/** Milliseconds as people read them: 0.84 ms, 12.3 ms, 640 ms, 4.2 s. */
export function duration(ms) {
  if (ms < 10) return `${ms.toFixed(2)}\u00a0ms`
  if (ms < 100) return `${ms.toFixed(1)}\u00a0ms`
  if (ms < 1000) return `${Math.round(ms)}\u00a0ms`
  return `${(ms / 1000).toFixed(1)}\u00a0s`
}

/** A moment as people read it: 15:04:05 of today, else 2 Jan, 15:04, with the year where it is another. */
export function moment(ms, now = Date.now()) {
  const [at, today] = [new Date(ms), new Date(now)]
  if (at.toDateString() === today.toDateString()) return clock.format(at)
  const year = at.getFullYear() === today.getFullYear() ? undefined : 'numeric'
  return at.toLocaleString('en-GB', { day: 'numeric', month: 'short', year, hour: '2-digit', minute: '2-digit' })
}

/** "2 nodes", "1 node". */
export const count = (n, one, many = `${one}s`) => `${n.toLocaleString('en')} ${n === 1 ? one : many}`

/** "otter", "otter and lynx", "otter, lynx and fox". */
export function list(words) {
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

/** As `list`, with at most `max` names and the number of the others. */
export const someOf = (words, max = 4) => (words.length <= max + 1 ? list(words) : list([...words.slice(0, max), count(words.length - max, 'other')]))

/** The index of a position 'EPOCH/INDEX'; 0 before the first entry. */
export const indexOf = (position) => Number((position ?? '').split('/')[1] ?? 0)

/** What this tab is to the room, in one sentence. */
export function lede(status, members) {
  const others = members.filter((member) => !member.self)
  const master = members.find((member) => member.node === status.master)?.name ?? 'another node'
  switch (status.role) {
    case 'master':
      if (others.length === 0) return 'Every write goes through this tab, and there is nobody to step in yet. Open another tab.'
      return `Every write goes through this tab. Close it, and ${others.length === 1 ? others[0].name : `one of ${count(others.length, 'other')}`} takes over.`
    case 'replica':
      if (!status.open) return 'The master is gone. A successor is taking over.'
      return `${master} leads. This tab has a copy of everything and is ready to take over.`
    case 'joining':
      if (status.waiting.length > 0) return `Waiting for ${list(status.waiting)}, whose copy the room needs.`
      return 'Finding the others and copying what they have.'
    default:
      if (status.last === '0') return 'This tab has not reached the relay yet. It keeps trying by itself.'
      return 'This tab still has its copy. It comes back by itself as soon as it reaches the relay.'
  }
}

/** A hand-over that did not happen, as a sentence. */
export function refusal(name, error) {
  if (error?.code === 'NO_MASTER') return `There is no master at the moment that could hand over to ${name}.`
  if (error?.code === 'TIMEOUT') return `${name} did not take over within the time.`
  return `${name} did not take over. ${sentence(error?.message ?? '')}`
}

/** A failed call as a sentence or two: what became of the write, and what to do. */
export function failure(error) {
  const detail = sentence(error?.message ?? '')
  switch (error?.code) {
    case 'NOT_ENOUGH_REPLICAS':
      return `Not written: there are too few copies for this choice. ${detail} Choose async, or open another tab.`
    case 'OUTCOME_UNKNOWN':
      return error.position
        ? `It stands at ${error.position}, but nobody has confirmed it. Verify tells what became of it.`
        : 'It may have been written or not: the master left before it answered.'
    case 'NO_MASTER':
      return 'Not written: this tab reaches no master at the moment. Try again once it does.'
    case 'CONFLICT':
      return 'Not written: somebody else changed it first.'
    case 'TIMEOUT':
      return 'No answer within the time. Try again.'
    case 'SESSION_CUT':
      return `Something this tab wrote or read was rolled back. ${detail}`
    case 'TOO_LARGE':
      return `Not written: it is too large. ${detail}`
    case 'REFUSED':
      return `Not written: the room refused it. ${detail}`
    case 'CLOSED':
      return 'Not written: the node of this tab has stopped. Reload the page to start it again.'
    case 'ABORTED':
      return 'Given up before the answer came. It may still be written.'
    default:
      return `Something went wrong. ${detail}`
  }
}

/** Writes that a change of master rolled back, as a sentence. */
export function rolledBack(orphans) {
  const keys = [...new Set(orphans.flatMap(({ changes }) => changes.map(({ key }) => key)))]
  return `${count(orphans.length, 'write')} of an earlier master ${orphans.length === 1 ? 'was' : 'were'} rolled back: ${someOf(keys)}. This tab keeps ${orphans.length === 1 ? 'it' : 'them'}.`
}

/** A clause as a sentence: "2 wanted, 1 in sync" becomes "2 wanted, 1 in sync." */
export function sentence(clause) {
  const text = clause.trim()
  if (text === '') return ''
  return text[0].toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.')
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })

/** The time of day: 14:03:22. */
export const timeOfDay = (date) => clock.format(date)
