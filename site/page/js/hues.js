// One hue per node. A hue is first choice by the node's id, so other browsers
// mostly agree; the tabs of this browser always do, because they share a list.

const hueCount = 8
const listMax = 64

/** Gives hues to the nodes of a room; `of(node)` is a number from 0 to 7. */
export function createHues(room) {
  const slot = `understudy:hues:${room}`
  let given = read(slot)

  addEventListener('storage', (event) => {
    if (event.key === slot) given = read(slot)
  })

  /** Gives every node that has none the first free hue, from its own first choice on. */
  const settle = (all) => {
    const nodes = all.slice(0, listMax)
    if (nodes.every((node) => given.has(node))) return
    given = read(slot, given)
    const present = new Set(nodes)
    const taken = new Set([...given].filter(([node]) => present.has(node)).map(([, hue]) => hue))
    for (const node of nodes) {
      if (given.has(node)) continue
      const hue = firstFree(choice(node), taken)
      taken.add(hue)
      given.set(node, hue)
    }
    const newestLast = [...given].sort(([a], [b]) => present.has(a) - present.has(b))
    given = new Map(newestLast.slice(-listMax))
    write(slot, given)
  }

  return { settle, of: (node) => given.get(node) ?? choice(node) }
}

function firstFree(start, taken) {
  for (let step = 0; step < hueCount; step++) {
    const hue = (start + step * 3) % hueCount
    if (!taken.has(hue)) return hue
  }
  return start
}

function choice(node) {
  let sum = 0
  for (const letter of node) sum = (sum * 31 + letter.charCodeAt(0)) >>> 0
  return sum % hueCount
}

function read(slot, otherwise = new Map()) {
  try {
    const pairs = JSON.parse(localStorage.getItem(slot) ?? '[]')
    return new Map(pairs.filter(([, hue]) => Number.isInteger(hue) && hue >= 0 && hue < hueCount))
  } catch {
    return otherwise // storage is closed, or holds something else
  }
}

function write(slot, given) {
  try {
    localStorage.setItem(slot, JSON.stringify([...given]))
  } catch {
    // The hues of this tab are then its own.
  }
}
