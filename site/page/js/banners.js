// What is wrong with the whole page, in plain words at its top. Nothing else
// is in the way: the copy stays readable below.

import { byId, h, keyed, setAttribute } from './dom.js'
import { relay } from './place.js'
import { list } from './words.js'

const patience = 900 // ms: a shorter absence is told by the header alone

/** Paints the banners from the state. */
export function createBanners() {
  let since // when this tab went offline
  let repaint

  return function paint(state) {
    const offline = state.status?.role === 'offline'
    if (!offline) since = undefined
    else since ??= performance.now()
    clearTimeout(repaint)
    const waited = offline ? performance.now() - since : 0
    if (offline && waited < patience) repaint = setTimeout(() => paint(state), patience - waited + 10)

    keyed(byId('banners'), banners(state, waited >= patience), (banner) => banner.id, createBanner, updateBanner)
  }
}

function banners({ status, trouble }, away) {
  if (trouble) return [{ id: 'trouble', tone: 'alert', ...trouble }]
  if (!status) return []
  if (status.role === 'offline') {
    return away ? [{ id: 'offline', tone: 'warn', title: 'No relay.', text: status.last === '0' ? 'It could not be reached so far. This tab keeps trying by itself.' : 'What you see is this tab’s own copy. It reconnects by itself.', code: relay }] : []
  }
  if (status.waiting.length > 0) {
    return [{ id: 'waiting', tone: 'warn', title: 'No master.', text: `The room waits for ${list(status.waiting)}: only there is everything that was promised. Reading goes on.` }]
  }
  return []
}

const createBanner = (banner) => h('p', { class: 'banner', 'data-testid': 'banner', 'data-id': banner.id }, h('strong'), h('span'), h('code'))

function updateBanner(element, { tone, title, text, code }) {
  setAttribute(element, 'data-tone', tone)
  const [strong, span, address] = element.children
  strong.textContent = title
  span.textContent = text
  address.textContent = code ?? ''
  address.hidden = !code
}
