// The worker: loads the node's program and passes messages between it and the
// page. The first message loads it; those of the lab end here.
import './wasm_exec.js'
import { LabSocket, cut, freeze } from './lab.js'
import { load } from './load.js'

let handle // the program's function for messages
const early = [] // what came before it ran

globalThis.understudyWorker = {
  WebSocket: LabSocket,
  post: (message) => postMessage(message),
  ready(fn) {
    handle = fn
    for (const message of early.splice(0)) handle(message)
  },
}

addEventListener('message', ({ data }) => {
  if (data.type === 'load') run(data.wasmUrl)
  else if (data.type === 'cut') cut(data.ms)
  else if (data.type === 'freeze') freeze(data.ms)
  else if (handle) handle(data)
  else early.push(data)
})

async function run(wasmUrl) {
  try {
    const go = new Go()
    const url = wasmUrl || new URL('./understudy.wasm', import.meta.url).href
    await go.run(await load(url, go.importObject))
    postMessage({ type: 'dead', text: 'the node has stopped; the console says why' })
  } catch (error) {
    postMessage({ type: 'dead', text: error.message })
  }
}
