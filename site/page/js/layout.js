// Where the nodes of the map stand. Pure geometry: this tab at the bottom, all
// others around the hub at equal distances along an ellipse.

/** More nodes than this are counted and not drawn. */
export const drawnMax = 24

const steps = 256

/**
 * Places `n` nodes in a box. Returns the hub, the radius of a node, how many
 * letters of a label fit, and a point per node; the first stands at the bottom.
 */
export function layOut(n, width, height) {
  const radius = n <= 7 ? 24 : n <= 12 ? 20 : 14
  const twoLines = n <= 12
  const side = Math.min(72, width * 0.15)
  const hub = { x: width / 2, y: (height - (twoLines ? 28 : 14)) / 2 }
  const rx = Math.max(60, Math.min(width / 2 - side, height * 0.95))
  const ry = Math.max(60, hub.y - radius - 14)
  const { points, around } = spread(n, rx, ry)
  const gap = Math.min(around / Math.max(n, 1), 2 * side)
  return {
    hub,
    radius,
    twoLines,
    letters: Math.max(5, Math.floor(gap / 7.6)),
    points: points.map(({ x, y }) => ({ x: hub.x + x, y: hub.y + y })),
  }
}

// Equal distances, not equal angles: those crowd the ends of a flat ellipse.
function spread(n, rx, ry) {
  const at = (step) => {
    const angle = Math.PI / 2 + (2 * Math.PI * step) / steps
    return { x: rx * Math.cos(angle), y: ry * Math.sin(angle) }
  }
  const lengths = [0]
  for (let step = 1; step <= steps; step++) {
    const a = at(step - 1)
    const b = at(step)
    lengths.push(lengths[step - 1] + Math.hypot(a.x - b.x, a.y - b.y))
  }
  const around = lengths[steps]
  const points = Array.from({ length: n }, (_, i) => at(lengths.findIndex((length) => length >= (around * i) / n - 1e-9)))
  return { points, around }
}
