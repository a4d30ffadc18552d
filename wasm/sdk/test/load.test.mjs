import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { load } from '../load.js'

const wasm = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]) // the smallest module
let requests = 0
const server = createServer((request, response) => {
  requests++
  const [type, body, status = 200] = {
    '/right': ['application/wasm', wasm],
    '/wrong-type': ['application/octet-stream', wasm],
    '/no-type': [undefined, wasm],
    '/page': ['text/html', '<!doctype html>'],
    '/empty': ['text/plain', ''],
    '/missing': ['text/html', 'nothing here', 404],
  }[request.url]
  response.writeHead(status, type ? { 'Content-Type': type } : {}).end(body)
})

let base
const warn = console.warn
before(async () => {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${server.address().port}`
})
after(() => {
  console.warn = warn
  server.close()
})

test('the right type is compiled while it loads, others after, with a warning', async () => {
  const warnings = []
  console.warn = (text) => warnings.push(text)
  for (const path of ['/right', '/wrong-type', '/no-type']) assert.ok((await load(base + path, {})) instanceof WebAssembly.Instance)
  assert.equal(warnings.length, 2)
  assert.match(warnings[0], /application\/octet-stream/)
})

test('what is no wasm is said to be none, and asked for once', async () => {
  for (const [path, message] of [['/page', /no WebAssembly, but text\/html/], ['/empty', /no WebAssembly/], ['/missing', /answered 404/]]) {
    requests = 0
    await assert.rejects(load(base + path, {}), message)
    assert.equal(requests, 1)
  }
  await assert.rejects(load('http://127.0.0.1:1/', {}), /can't be fetched/)
})
