// The room's keys and values as this page shows them: a scan, and behind it
// every committed change, or after a gap the whole state. What this tab wrote itself is shown at once and
// marked until it is committed.

/**
 * @typedef {object} Row
 * @property {string} key
 * @property {string} text      the value as text, where it is one
 * @property {boolean} binary   it is not: `text` then only describes it
 * @property {bigint} revision
 * @property {number} [deadline] when it ends, in milliseconds since 1970, if it does
 * @property {boolean} committed
 */

const shownMax = 500 // rows of the table; the rest is counted
const rescanPause = 400 // ms between two tries of a scan that failed

const decoder = new TextDecoder('utf-8', { fatal: true })

/** Follows the data of `room`; `onChange(key?)` is called after every change. */
export function followData(room, onChange) {
  const rows = new Map()
  const gone = new Map() // key -> the revision of its deletion, while a scan runs
  let scanning = false
  let again = false

  const rowOf = (entry, committed) => Object.freeze({ key: entry.key, ...readable(entry.value), revision: entry.revision, deadline: entry.deadline, committed })

  const put = (entry, committed) => {
    const present = rows.get(entry.key)
    if (present && present.revision > entry.revision) return false
    if ((gone.get(entry.key) ?? 0n) > entry.revision) return false
    if (present && present.revision === entry.revision && present.committed) return false
    rows.set(entry.key, rowOf(entry, committed))
    return true
  }

  const remove = (key, revision) => {
    if (scanning) gone.set(key, revision)
    const present = rows.get(key)
    if (present && present.revision < revision) rows.delete(key)
  }

  // One scan at a time; a wish that comes meanwhile is another one afterwards.
  const scan = async () => {
    if (scanning) {
      again = true
      return
    }
    scanning = true
    try {
      const found = new Set()
      const before = new Map([...rows].map(([key, row]) => [key, row.revision]))
      for await (const entry of room.scan('', { read: 'committed' })) {
        found.add(entry.key)
        put(entry, true)
      }
      // Gone is what was here before the scan, was not found, and has not changed since.
      for (const [key, revision] of before) if (!found.has(key) && rows.get(key)?.revision === revision) rows.delete(key)
    } catch (error) {
      if (error.code !== 'CLOSED') setTimeout(scan, rescanPause)
    } finally {
      scanning = false
      gone.clear()
      onChange()
    }
    if (again) {
      again = false
      scan()
    }
  }

  let state = [] // the parts of a state so far: what was here does not count any more

  room.watch('', (change) => {
    switch (change.type) {
      case 'gap':
        state = []
        return
      case 'state':
        state.push(...change.items)
        if (change.more) return
        rows.clear()
        for (const item of state.splice(0)) rows.set(item.key, rowOf(item, true))
        return onChange()
      case 'set':
        put(change, true)
        break
      case 'delete':
      case 'expire':
        remove(change.key, change.revision)
    }
    onChange(change.key)
  })
  scan()

  return {
    /** Sorted by key; at most `shownMax` of them. */
    rows: () => [...rows.values()].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).slice(0, shownMax),
    size: () => rows.size,
    get: (key) => rows.get(key),
    rescan: scan,
    /** Forgets what was shown before it was committed: some of it may have been rolled back. */
    doubt(keys) {
      for (const key of keys) if (rows.get(key)?.committed === false) rows.delete(key)
      scan()
    },
    /** Shows what this tab has just written, before it is committed. */
    wrote(key, text, revision) {
      put({ key, value: text, revision }, false)
      onChange(key)
    },
    /** Hides what this tab has just deleted. */
    deleted(key, revision) {
      remove(key, revision)
      onChange(key)
    },
  }
}

function readable(value) {
  if (typeof value === 'string') return { text: value, binary: false }
  try {
    const text = decoder.decode(value)
    // A line of input cannot hold these; editing there would lose them.
    return /[\0-\x08\x0a-\x1f]/.test(text) ? { text: text.replace(/[\0-\x1f]+/g, ' '), binary: true } : { text, binary: false }
  } catch {
    return { text: `${value.length.toLocaleString('en')} bytes that are not text`, binary: true }
  }
}
