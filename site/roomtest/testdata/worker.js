// The least that a write from tab to tab needs: four messages of the sizes that
// a write has, each sent when the one before has come.
let socket
let got = 0

onmessage = ({ data }) => {
  if (data.url) open(data)
  else socket.send(socket.messages[0])
}

// One of the two tabs asks: it sends first and hears the last.
function open({ url, sizes, asks }) {
  socket = new WebSocket(url)
  socket.messages = sizes.map((bytes) => new Uint8Array(bytes))
  socket.onopen = () => postMessage('open')
  socket.onmessage = () => (asks ? hear() : socket.send(socket.messages[got++ % 2]))
}

function hear() {
  got = (got + 1) % 2
  if (got === 1) socket.send(socket.messages[1])
  else postMessage('done')
}
