// Fetches and compiles the wasm: while it loads, if the server sends the right
// type, else after. An answer that is no wasm is an error that says so, and is
// not asked for again.
export async function load(url, imports) {
  let response
  try {
    response = await fetch(url)
  } catch (cause) {
    throw new Error(`${url} can't be fetched: ${cause.message}`, { cause })
  }
  if (!response.ok) throw new Error(`${url} was answered ${response.status} ${response.statusText}`.trimEnd())
  const type = response.headers.get('Content-Type') ?? ''
  if (/^application\/wasm\b/i.test(type)) {
    return (await WebAssembly.instantiateStreaming(response, imports)).instance
  }
  const bytes = await response.arrayBuffer()
  if (!isWasm(bytes)) {
    throw new Error(`${url} is no WebAssembly, but ${type || 'of no type'}: is wasmUrl right?`)
  }
  console.warn(`understudy: ${url} is sent as ${type || 'no type'}; as application/wasm it would start sooner`)
  return (await WebAssembly.instantiate(bytes, imports)).instance
}

// Every module begins with these four bytes.
function isWasm(buffer) {
  const head = new Uint8Array(buffer, 0, Math.min(4, buffer.byteLength))
  return head.length === 4 && head[0] === 0x00 && head[1] === 0x61 && head[2] === 0x73 && head[3] === 0x6d
}
