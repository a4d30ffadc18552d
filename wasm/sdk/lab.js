// Failures made below the node, in the worker: a socket whose bytes can be
// held, and a thread that can be blocked. Without them this socket is the
// browser's own.

let heldUntil = 0
const held = []

const now = () => performance.now()

// Holds all bytes both ways for ms milliseconds: what is sent or arrives
// meanwhile comes after that, in order, the news of a closed connection too.
export function cut(ms) {
  heldUntil = Math.max(heldUntil, now() + ms)
  setTimeout(release, ms)
}

// Blocks the thread.
export function freeze(ms) {
  const end = now() + ms
  while (now() < end);
}

function release() {
  if (now() < heldUntil) {
    setTimeout(release, heldUntil - now())
    return
  }
  heldUntil = 0
  for (const act of held.splice(0)) act()
}

// During release, held is empty and heldUntil past: order is kept.
function pass(act) {
  if (heldUntil > 0) held.push(act)
  else act()
}

export class LabSocket extends WebSocket {
  send(data) {
    // The caller may use its buffer again.
    if (heldUntil > 0) held.push(sender(this, data.slice()))
    else super.send(data)
  }

  close(code, reason) {
    pass(() => super.close(code, reason))
  }

  addEventListener(type, listener, options) {
    super.addEventListener(type, (event) => pass(() => listener(event)), options)
  }
}

function sender(socket, data) {
  return () => {
    if (socket.readyState === WebSocket.OPEN) WebSocket.prototype.send.call(socket, data)
  }
}
