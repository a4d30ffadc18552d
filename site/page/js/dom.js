// Small helpers around the document. None of them writes HTML or inline styles
// as text, so the page runs under a policy that allows neither.

const svgSpace = 'http://www.w3.org/2000/svg'

/** The element with that id; the page's own HTML has it. */
export const byId = (id) => document.getElementById(id)

/**
 * Makes an HTML element. Props: `class`, `text`, `on*` listeners, booleans,
 * and everything else as an attribute; undefined and false are left out.
 */
export const h = (tag, props = {}, ...children) => fill(document.createElement(tag), props, children)

/** Makes an SVG element; props as for `h`. */
export const s = (tag, props = {}, ...children) => fill(document.createElementNS(svgSpace, tag), props, children)

function fill(element, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (name === 'text') element.textContent = value
    else if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else setAttribute(element, name, value)
  }
  element.append(...children.filter((child) => child !== undefined && child !== null && child !== false))
  return element
}

/** Sets or removes an attribute, and touches nothing that is right already. */
export function setAttribute(element, name, value) {
  if (value === undefined || value === null || value === false) {
    if (element.hasAttribute(name)) element.removeAttribute(name)
    return
  }
  const text = value === true ? '' : String(value)
  if (element.getAttribute(name) !== text) element.setAttribute(name, text)
}

/** Sets text, and touches nothing that is right already. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text
}

/**
 * Makes the children of `parent` follow `items` in order. An element is kept
 * for as long as its key is there, so focus and half-typed text survive.
 */
export function keyed(parent, items, keyOf, create, update) {
  const old = (parent.keyedChildren ??= new Map())
  const present = new Set()
  let place = parent.firstElementChild
  for (const item of items) {
    const key = keyOf(item)
    present.add(key)
    let element = old.get(key)
    if (!element) {
      element = create(item)
      old.set(key, element)
    }
    if (element === place) place = place.nextElementSibling
    else parent.insertBefore(element, place)
    update(element, item)
  }
  for (const [key, element] of old) {
    if (present.has(key)) continue
    old.delete(key)
    element.remove()
  }
}

/**
 * Returns a function that has `paint` called once in the next animation frame,
 * however often it is called before. A hidden page has no frames: there it is
 * called by `whenHidden`, and at once when the page becomes hidden.
 */
export function soon(paint, whenHidden = queueMicrotask) {
  let waiting = false
  const run = () => {
    if (!waiting) return
    waiting = false
    paint()
  }
  document.addEventListener('visibilitychange', run)
  return () => {
    if (waiting) return
    waiting = true
    if (document.hidden) whenHidden(run)
    else requestAnimationFrame(run)
  }
}

/** Copies text; true when it worked. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyBySelection(text)
  }
}

// Pages without a secure origin have no clipboard object.
function copyBySelection(text) {
  const field = h('textarea', { class: 'visually-hidden', 'aria-hidden': 'true', tabindex: -1 })
  field.value = text
  const focused = document.activeElement
  document.body.append(field)
  field.select()
  const done = document.execCommand('copy')
  field.remove()
  focused?.focus?.()
  return done
}

/** Makes a button copy what `text` returns, and say so for a moment. */
export function copyButton(button, text) {
  const label = button.textContent
  button.addEventListener('click', async () => {
    const done = await copyText(text())
    button.textContent = done ? 'Copied' : 'Press Ctrl+C'
    setTimeout(() => (button.textContent = label), 1600)
  })
}

/** True when the person asked for less motion. */
export const stillness = matchMedia('(prefers-reduced-motion: reduce)')
