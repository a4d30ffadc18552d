// Starts the node of this tab, or says in plain words why it cannot.

const sdk = '/sdk/understudy.js'

/** A reason why there is no node, as the page tells it. */
class Trouble extends Error {
  constructor(title, text) {
    super(text)
    this.title = title
  }
}

/** Opens the room; rejects with {title, text} for the banner. */
export async function boot(options) {
  try {
    if (typeof WebAssembly !== 'object') {
      throw new Trouble('WebAssembly is switched off in this browser.', 'A tab needs it to be a node. Allow it for this site, then reload.')
    }
    const { openRoom } = await loadSDK()
    return await openRoom(options)
  } catch (error) {
    throw describe(error)
  }
}

async function loadSDK() {
  try {
    return await import(sdk)
  } catch (error) {
    const answer = await fetch(sdk, { cache: 'no-store' }).catch(() => undefined)
    if (!answer) throw new Trouble('The server is gone.', 'Start it again, then reload this page.')
    if (!answer.ok) throw notBuilt()
    throw error
  }
}

const notBuilt = () => new Trouble('This server was built without its WebAssembly part.', 'Run “go run ./site/build” in the checkout and start it again; the relay itself works.')

function describe(error) {
  if (error instanceof Trouble) return { title: error.title, text: error.message }
  const text = String(error?.message ?? error)
  if (/answered (404|503)/.test(text)) return describe(notBuilt())
  if (/wasm-unsafe-eval|unsafe-eval|Content Security Policy|disallowed by embedder/i.test(text)) {
    return { title: 'WebAssembly is blocked here.', text: `A policy of this browser or of a server on the way forbids it. ${text}` }
  }
  return { title: 'The node could not start.', text }
}
