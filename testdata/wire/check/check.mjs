// Reads every golden message with another CBOR library and by tables of its
// own, and compares it with the JSON beside it. It shares no code with
// core/wire: both were written from the section "The wire" of core/PROTOCOL.md.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { decode, encode } from 'cborg'

const folder = fileURLToPath(new URL('..', import.meta.url))

// Values. A JSON field that is zero or empty is left out.

const fail = (text) => { throw new Error(text) }

const whole = (v) =>
  (typeof v === 'number' || typeof v === 'bigint') ? String(v) : fail(`${v} is no integer`)
const big = (v) => BigInt(whole(v))
const bool = (v) => typeof v === 'boolean' ? v : fail(`${v} is no bool`)
const text = (v) => typeof v === 'string' ? v : fail(`${v} is no text`)
const bytes = (v) => v instanceof Uint8Array ? Buffer.from(v).toString('hex') : fail(`${v} is no byte string`)
const id = (v) => v.length === 16 ? bytes(v) : fail('an id that is not 16 bytes')
const list = (item) => (v) => Array.isArray(v) ? v.map(item) : fail(`${v} is no list`)

const isZero = (v) =>
  v === undefined || v === '0' || v === '' || v === false || v === '0'.repeat(32) ||
  (Array.isArray(v) && v.length === 0) ||
  (v.constructor === Object && Object.keys(v).length === 0)

const object = (pairs) => Object.fromEntries(pairs.filter(([, v]) => !isZero(v)))

// table reads a map by key: { key: [name, type] }.
const table = (fields) => (v) => {
  if (!(v instanceof Map)) fail(`${v} is no map`)
  return object([...v].map(([key, value]) => {
    const [name, type] = fields[key] ?? fail(`key ${key} is in no table`)
    return [name, type(value)]
  }))
}

// row reads an array by place: [[name, type], ...]. Fields behind a '...' are
// left out where they and all behind them are zero.
const row = (...all) => (v) => {
  const fields = all.filter((f) => f !== '...')
  const required = all.includes('...') ? all.indexOf('...') : fields.length
  if (!Array.isArray(v) || v.length < required || v.length > fields.length) fail(`${v} is no row of ${fields.length}`)
  return object(fields.slice(0, v.length).map(([name, type], i) => [name, type(v[i])]))
}

const epoch = row(['number', whole], ['master', id])
const place = (number, master, index) =>
  object([['epoch', object([['number', whole(number)], ['master', id(master)]])], ['index', whole(index)]])
const position = (v) => v.length === 3 ? place(...v) : fail('a position is a row of 3')

// begun(i, rest) reads a row whose elements from i on are a position.
const begun = (before, ...all) => (v) => {
  const after = all.filter((f) => f !== '...').slice(0, v.length - before.length - 3)
  const required = all.includes('...') ? all.indexOf('...') : all.length
  if (after.length < required || v.length !== before.length + 3 + after.length) fail(`a row of ${v.length}`)
  const named = ([name, type], value) => [name, type(value)]
  return object([
    ...before.map((f, i) => named(f, v[i])),
    ['position', place(...v.slice(before.length, before.length + 3))],
    ...after.map((f, i) => named(f, v[before.length + 3 + i])),
  ])
}

const member = table({
  1: ['node', id], 2: ['incarnation', whole], 3: ['name', text], 4: ['kind', whole],
  5: ['candidate', bool], 6: ['priority', whole], 7: ['durable', bool], 8: ['visible', bool],
})
const register = table({
  1: ['version', whole], 2: ['epoch', epoch],
  3: ['inSync', list(table({ 1: ['node', id], 2: ['volatile', bool], 3: ['incarnation', whole] }))],
  4: ['awaiting', bool],
  5: ['losses', list(table({ 1: ['epoch', epoch], 2: ['at', whole], 3: ['missing', list(id)], 4: ['taken', bool] }))],
  6: ['settings', (v) => settings(v)],
})
const settings = (v) => {
  const { ackGiven, ackValue, ...rest } = table({
    1: ['election', whole], 2: ['minInSync', whole], 3: ['ackGiven', bool], 4: ['ackValue', whole], 5: ['noVolatile', bool], 6: ['lagLimit', whole],
  })(v)
  return object([...Object.entries(rest), ['ack', object([['given', ackGiven], ['ack', ackValue]].filter(([, v]) => v !== undefined))]])
}
const history = list((v) => object([
  ['epoch', epoch(v.slice(0, 2))], ['first', v.length === 3 ? whole(v[2]) : fail('an epoch start is a row of 3')],
]))
const item = row(['key', bytes], ['value', bytes], ['revision', whole], '...', ['deadline', whole])
const change = row(['key', bytes], ['value', bytes], ['deleted', bool], '...', ['deadline', whole])
const failure = table({ 1: ['code', whole], 2: ['text', text], 3: ['position', position] })
const receipt = table({ 1: ['position', position], 2: ['ack', whole], 3: ['copies', whole], 4: ['durable', whole] })
const standing = table({ 1: ['incarnation', whole], 2: ['last', position], 3: ['history', history] })
const client = table({
  1: ['client', id], 2: ['last', whole], 3: ['floor', whole],
  4: ['done', list(row(['from', whole], ['to', whole]))],
  5: ['kept', list(begun([['seq', whole]], ['results', list(whole)]))],
})
const condition = table({
  1: ['key', bytes], 2: ['absent', bool], 3: ['revision', whole], 4: ['hasValue', bool], 5: ['value', bytes],
})
const opNames = { 1: 'set', 2: 'delete', 3: 'increment', 4: 'append', 5: 'expire', 6: 'resolve' }
const op = (v) => {
  const fields = new Map(v)
  fields.delete(1)
  const name = opNames[v.get(1)] ?? fail(`operation ${v.get(1)}`)
  return { [name]: table({ 2: ['key', bytes], 3: ['value', bytes], 4: ['by', whole], 5: ['ttl', whole], 6: ['orphan', position], 7: ['client', id], 8: ['seq', whole] })(fields) }
}

// entries gives runs of entries their positions, times and clients back.
const entries = (runs, prev) => {
  let number = prev?.[0] ?? 0
  let master = prev?.[1]
  let index = big(prev?.[2] ?? 0)
  let writer = new Uint8Array(16)
  const out = []
  for (const [runNumber, runMaster, time, run] of runs) {
    if (bytes(runMaster) !== '') [number, master] = [runNumber, runMaster]
    else if (runNumber !== 0) fail('an epoch without its master')
    let now = big(time)
    for (const [later, ack, who, seq, open, changes, results] of run) {
      index++
      now += big(later)
      if (bytes(who) !== '') writer = who
      out.push(object([
        ['position', place(number, master, index)], ['time', whole(now)], ['ack', whole(ack)],
        ['origin', object([
          ['client', id(writer)], ['seq', whole(seq)], ['floor', whole(big(seq) - big(open))],
        ])],
        ['changes', list(change)(changes)], ['results', list(whole)(results)],
      ]))
    }
  }
  return out
}

// following reads a table in which runs of entries follow the position under prevKey.
const following = (prevKey, key, fields) => (v) => {
  const prev = v.get(prevKey)
  return table({ ...fields, [prevKey]: ['prev', position], [key]: ['entries', (runs) => entries(runs, prev)] })(v)
}

// orphan is [after, runs, acked, final, superseded, replaced, before, hasBefore];
// its one entry stands behind an index, in an epoch of its own.
const orphan = ([after, runs, ...rest]) => {
  if (rest.length < 3 || rest.length > 6) fail(`an orphan of ${rest.length + 2}`)
  const [acked, final, superseded, replaced, before, hasBefore] = rest
  const [entry] = entries(runs, [0, new Uint8Array(16), after])
  const given = [
    ['entry', entry], ['acked', bool(acked)], ['final', bool(final)], ['superseded', bool(superseded)],
    ['replaced', replaced && position(replaced)], ['before', before && list(item)(before)], ['hasBefore', hasBefore],
  ]
  return object(given.filter(([, v]) => v !== undefined))
}

const reqID = { 1: ['id', whole] }

const kinds = {
  1: ['hello', table({ 1: ['versionMin', whole], 2: ['versionMax', whole], 3: ['room', text], 4: ['member', member], 5: ['register', register] })],
  2: ['welcome', table({ 1: ['version', whole], 2: ['register', register], 3: ['seated', bool], 4: ['members', list(member)], 5: ['pingEvery', whole], 6: ['deadAfter', whole] })],
  3: ['refused', table({ 1: ['code', whole], 2: ['text', text] })],
  4: ['joined', table({ 1: ['member', member], 2: ['again', bool] })],
  5: ['left', table({ 1: ['node', id], 2: ['incarnation', whole], 3: ['goodbye', bool], 4: ['reason', text] })],
  6: ['changed', table({ 1: ['register', register], 2: ['seated', bool] })],
  7: ['waiting', table({ 1: ['for', list(id)], 2: ['all', bool] })],
  8: ['ping', table({ 1: ['nonce', whole] })],
  9: ['pong', table({ 1: ['nonce', whole] })],
  10: ['appear', table({ 1: ['visible', bool] })],
  11: ['goodbye', table({})],
  12: ['claim', table({ 1: ['request', whole], 2: ['number', whole] })],
  13: ['amend', table({ 1: ['request', whole], 2: ['version', whole], 3: ['epoch', epoch], 4: ['add', list(table({ 1: ['node', id], 2: ['incarnation', whole] }))], 5: ['remove', list(id)], 6: ['expel', bool], 7: ['settled', bool] })],
  14: ['handover', table({ 1: ['request', whole], 2: ['version', whole], 3: ['epoch', epoch], 4: ['successor', id] })],
  15: ['confirm', table({ 1: ['request', whole], 2: ['epoch', epoch] })],
  16: ['answer', table({ 1: ['request', whole], 2: ['code', whole], 3: ['text', text], 4: ['version', whole], 5: ['after', whole] })],
  17: ['configure', table({ 1: ['request', whole], 2: ['version', whole], 3: ['settings', settings] })],
  18: ['take-over', table({ 1: ['request', whole], 2: ['version', whole], 3: ['successor', id] })],
  32: ['seal', table({})],
  33: ['sealed', standing],
  34: ['fetch', table({ 1: ['nonce', whole], 2: ['after', position] })],
  35: ['supply', following(2, 3, { 1: ['nonce', whole], 4: ['last', position], 5: ['refused', bool] })],
  36: ['replicate', following(1, 2, { 3: ['commit', whole], 4: ['hash', whole] })],
  37: ['ack', table({ 1: ['incarnation', whole], 2: ['match', position] })],
  38: ['behind', standing],
  39: ['chunk', table({
    1: ['nonce', whole], 2: ['at', position], 3: ['number', whole], 4: ['items', list(item)], 5: ['clients', list(client)], 6: ['sum', whole],
    7: ['done', bool], 8: ['time', whole], 9: ['hash', whole], 10: ['evicted', whole], 11: ['history', history], 12: ['commit', whole],
  })],
  40: ['chunk-ack', table({ 1: ['incarnation', whole], 2: ['nonce', whole], 3: ['at', position], 4: ['number', whole] })],
  41: ['differs', table({ 1: ['incarnation', whole], 2: ['at', position], 3: ['hash', whole] })],
  64: ['write', (v) => {
    const { client, seq, floor, ...rest } = table({
      1: ['client', id], 2: ['seq', whole], 3: ['floor', whole], 4: ['conditions', list(condition)], 5: ['ops', list(op)],
      6: ['ack', whole], 7: ['wait', whole], 8: ['known', whole], 9: ['retry', bool], 10: ['degrade', bool],
    })(v)
    return object([['origin', object([['client', client], ['seq', seq], ['floor', floor]])], ...Object.entries(rest)])
  }],
  65: ['written', table({ 1: ['client', id], 2: ['seq', whole], 3: ['receipt', receipt], 4: ['results', list(whole)], 5: ['failure', failure] })],
  66: ['read', table({ ...reqID, 2: ['level', whole], 3: ['key', bytes], 4: ['exact', bool], 5: ['after', bytes], 6: ['limit', whole], 7: ['bare', bool], 8: ['least', position], 9: ['wait', whole] })],
  67: ['read-reply', table({ ...reqID, 2: ['items', list(item)], 3: ['more', bool], 4: ['position', position], 5: ['dirty', bool], 6: ['failure', failure] })],
  68: ['watch', table({ ...reqID, 2: ['prefix', bytes], 3: ['exact', bool], 4: ['from', position], 5: ['level', whole] })],
  69: ['unwatch', table(reqID)],
  70: ['changes', table({
    ...reqID, 2: ['through', position], 3: ['gap', bool],
    4: ['events', list(begun([], ['key', bytes], ['value', bytes], ['deleted', bool], '...', ['deadline', whole], ['expired', bool], ['retracted', bool]))],
    5: ['failure', failure], 6: ['items', list(item)], 7: ['more', bool], 8: ['ahead', bool],
  })],
  71: ['probe', table(reqID)],
  72: ['report', table({
    ...reqID, 2: ['node', id], 3: ['role', whole], 4: ['epoch', epoch], 5: ['last', position], 6: ['commit', position], 7: ['applied', position],
    8: ['orphans', whole], 9: ['hash', whole], 10: ['keys', whole], 11: ['storage', text],
    12: ['progress', list(table({ 1: ['node', id], 2: ['match', position], 3: ['state', text] }))], 13: ['failure', failure], 14: ['differed', whole],
  })],
  73: ['verify', table({ ...reqID, 2: ['position', position] })],
  74: ['verified', table({ ...reqID, 2: ['verdict', whole], 3: ['position', position], 4: ['failure', failure] })],
  75: ['yield', table({ ...reqID, 2: ['successor', id], 3: ['wait', whole] })],
  76: ['yielded', table({ ...reqID, 2: ['epoch', epoch], 3: ['failure', failure] })],
  77: ['proceed', table(reqID)],
  78: ['list-orphans', table({ ...reqID, 2: ['after', position], 3: ['only', position], 4: ['all', bool], 5: ['limit', whole] })],
  79: ['orphan-list', table({ ...reqID, 2: ['orphans', list(orphan)], 3: ['more', bool], 4: ['failure', failure] })],
  80: ['elect', table({ 1: ['number', whole], 2: ['kind', whole], 3: ['priority', whole], 4: ['node', id], 5: ['last', position], 6: ['round', whole] })],
}

// single decodes one item and makes sure that it has no shorter or other form.
const single = (data) => {
  const value = decode(data, { useMaps: true, strict: true, rejectDuplicateMapKeys: true, allowIndefinite: false, allowUndefined: false })
  if (Buffer.compare(encode(value), data) !== 0) fail('not the deterministic encoding')
  return value
}

const message = (data) => {
  const [group, nodes, from, kind, number, master, payload] = single(data)
  const [name, read] = kinds[kind] ?? fail(`kind ${kind} is in no table`)
  return {
    kind: name,
    head: object([
      ['to', object([['group', whole(group)], ['nodes', list(id)(nodes)]])], ['from', id(from)], ['epoch', epoch([number, master])],
    ]),
    frame: read(single(payload)),
  }
}

const names = readdirSync(folder).filter((f) => f.endsWith('.hex')).map((f) => f.slice(0, -4))

test('there are golden messages', () => assert.notEqual(names.length, 0))

for (const name of names) {
  test(name, () => {
    const hex = readFileSync(`${folder}/${name}.hex`, 'utf8').replaceAll('\n', '')
    const want = JSON.parse(readFileSync(`${folder}/${name}.json`, 'utf8'))
    assert.deepEqual(message(Buffer.from(hex, 'hex')), want)
  })
}
