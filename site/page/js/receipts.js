// What came of the last writes: a stopwatch, a receipt, and whether it still holds.

import { byId, h, keyed, setAttribute, setText } from './dom.js'
import { cross, ring, tick } from './glyphs.js'
import { count, duration } from './words.js'

const titles = { set: 'set', delete: 'deleted', increment: 'added 1 to' }
const verdicts = {
  kept: { mark: tick, title: 'It is in the history that the room agreed on' },
  orphaned: { mark: cross, title: 'A change of master rolled it back' },
  unknown: { mark: ring, title: 'Nobody who is here can tell yet' },
}

/** Makes the list. `verify(write)` is called by its buttons; `nameOf(node)` and `hues` are for "by". */
export function createReceipts({ verify, nameOf, hues }) {
  const list = byId('receipts')
  let ticking = false

  const paint = (writes) => {
    byId('receipts-wrap').hidden = writes.length === 0
    keyed(list, writes, (write) => write.id, (write) => createReceipt(write), (item, write) => updateReceipt(item, write, { verify, nameOf, hues }))
    if (!ticking && writes.some((write) => write.state === 'pending')) tickOn(writes)
  }

  // The stopwatch of a pending write runs as the write does.
  const tickOn = () => {
    ticking = true
    requestAnimationFrame(() => {
      ticking = false
      const running = [...list.children].filter((item) => item.dataset.state === 'pending')
      for (const item of running) showTime(item, performance.now() - item.started)
      if (running.length > 0) tickOn()
    })
  }
  return paint
}

function createReceipt(write) {
  const item = h('li', { class: 'receipt', 'data-testid': 'receipt', 'data-key': write.key },
    h('p', { class: 'receipt-ms', 'data-testid': 'receipt-ms' }, h('span'), ' ', h('span', { class: 'unit' })),
    h('div', { class: 'receipt-what' },
      h('p', { class: 'receipt-title' }, `${titles[write.verb]} `, h('b', { text: write.key, title: write.key })),
      h('p', { class: 'receipt-detail', 'data-testid': 'receipt-detail' })),
    h('div', { class: 'receipt-side' }))
  item.started = write.started
  return item
}

function showTime(item, ms) {
  const [number, unit] = duration(ms).split('\u00a0')
  const [first, second] = item.firstChild.children
  setText(first, number)
  setText(second, unit)
}

function updateReceipt(item, write, parts) {
  if (item.write === write) return
  item.write = write
  setAttribute(item, 'data-state', write.state)
  setAttribute(item, 'data-code', write.code)
  setAttribute(item, 'data-position', write.receipt?.position)
  setAttribute(item, 'data-verdict', write.verdict === 'asking' ? undefined : write.verdict)
  if (write.ms !== undefined) showTime(item, write.ms)
  const [time, what, side] = item.children
  setAttribute(time, 'title', write.receipt?.ms ? `of which ${duration(write.receipt.ms.node)} in the node and beyond` : undefined)
  what.lastChild.replaceChildren(...detail(write, parts))
  side.replaceChildren(...asking(write, parts))
}

function detail(write, { nameOf, hues }) {
  const { receipt, state, text } = write
  if (state === 'pending') return [`waiting for ${write.ack}`]
  if (text) return [text]
  return [
    h('span', { class: 'num', text: receipt.position, title: 'its position: epoch and index' }),
    h('span', {}, h('span', { class: 'dot', 'data-hue': hues.of(receipt.by), 'data-role': 'master', 'aria-hidden': 'true' }), `by ${nameOf(receipt.by)}`),
    h('span', { text: `ack ${receipt.ack}` }),
    h('span', { text: count(receipt.copies, 'copy', 'copies') }),
    h('span', { text: `${receipt.durable} durable` }),
  ]
}

function asking(write, { verify }) {
  if (!write.receipt) return []
  const button = h('button', {
    type: 'button', class: 'button quiet small', 'data-testid': 'verify', text: write.verdict && write.verdict !== 'asking' ? 'Again' : 'Verify',
    'aria-label': `Verify the receipt of ${write.key}`, disabled: write.verdict === 'asking', onclick: () => verify(write),
  })
  const verdict = verdicts[write.verdict]
  if (!verdict) return [button]
  return [h('span', { class: 'verdict', role: 'status', 'data-testid': 'verdict', 'data-verdict': write.verdict, title: verdict.title }, verdict.mark(), write.verdict), button]
}
