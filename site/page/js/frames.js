// Dots on the map for the frames that really went through this tab's socket.

import { s, stillness } from './dom.js'

const perFrameMax = 10 // dots begun in one animation frame; the rest is not drawn
const flyingMax = 80
const flightMs = 460

// The kinds with a colour of their own; the others are small and grey.
const coloured = { replicate: 'replicate', snapshot: 'replicate', ack: 'ack', write: 'write', answer: 'write' }

/** Draws the frames of `room` on `map` while the page is visible and motion is wanted. */
export function showFrames(room, map, self) {
  let waiting = []
  let flying = 0
  let off = null

  const launch = () => {
    const batch = waiting.slice(0, perFrameMax)
    waiting = []
    for (const frame of batch) {
      for (const path of paths(frame, self(), map)) {
        if (flying >= flyingMax) return
        flying++
        fly(map.layer, path, kindOf(frame)).finally(() => flying--)
      }
    }
  }

  const hear = (frames) => {
    if (waiting.length === 0) requestAnimationFrame(launch)
    if (waiting.length < perFrameMax) waiting.push(...sample(frames))
  }

  const follow = () => {
    const wanted = !document.hidden && !stillness.matches
    if (wanted && !off) off = room.on('frames', hear)
    if (!wanted && off) {
      off()
      off = null
      waiting = []
    }
  }
  stillness.addEventListener('change', follow)
  document.addEventListener('visibilitychange', follow)
  follow()
}

const kindOf = (frame) => coloured[frame.kind] ?? 'other'

// In a crowd the frames that carry data go first.
function sample(frames) {
  if (frames.length <= perFrameMax) return frames
  return [...frames].sort((a, b) => (kindOf(a) === 'other') - (kindOf(b) === 'other')).slice(0, perFrameMax)
}

// A frame goes from this tab through the hub to its peer, or the other way.
function paths({ out, peer }, self, map) {
  const here = map.place(self)
  const hub = map.place('relay')
  if (!here || !hub) return []
  if (peer === 'relay') return [out ? [here, hub] : [hub, here]]
  const peers = peer === 'copies' ? map.others(self) : [peer]
  return peers.map((node) => map.place(node)).filter(Boolean).map((there) => (out ? [here, hub, there] : [there, hub, here]))
}

function fly(layer, path, kind) {
  const dot = s('circle', { class: 'frame-dot', 'data-kind': kind })
  layer.append(dot)
  const flight = dot.animate(
    path.map(({ x, y }) => ({ transform: `translate(${x}px, ${y}px)` })),
    { duration: flightMs * (path.length - 1) / 2 + 120, easing: 'linear' })
  return flight.finished.catch(() => {}).then(() => dot.remove())
}
