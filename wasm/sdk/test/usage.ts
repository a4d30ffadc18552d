// Real uses of the API, for the type checker: what is marked as an error must be one.
import { openRoom, UnderstudyError } from '@understudy/tab'
import type { Change, Member, Orphan, Receipt, Room, Settings, Status } from '@understudy/tab'
import workerUrl from '@understudy/tab/worker'
import wasmUrl from '@understudy/tab/understudy.wasm'

export async function use(signal: AbortSignal): Promise<void> {
  await using room: Room = await openRoom({ room: 'kitchen', signal, workerUrl, wasmUrl: new URL(wasmUrl), candidate: false, priority: 1 })
  const status: Status = await room.opened({ timeout: 1000 })
  const big: boolean = BigInt(status.epoch) > 1n && status.role === 'master'
  // @ts-expect-error a snapshot is frozen
  status.role = 'replica'
  // @ts-expect-error no such role
  if (status.role === 'leader') return

  const receipt: Receipt = await room.set('todo/1', big ? 'milk' : new Uint8Array(3), { ack: 2, ifAbsent: true })
  await room.set('todo/1', 'bread', { ifRevision: receipt.revision, ack: 'all' })
  // @ts-expect-error revisions are BigInt
  await room.set('todo/1', 'bread', { ifRevision: 7 })
  // @ts-expect-error a value is a string or bytes
  await room.set('todo/1', 7)
  // @ts-expect-error no such ack
  await room.set('todo/1', 'x', { ack: 'most' })

  await room.set('lock', 'mine', { ttl: 30_000, ifAbsent: true, onShort: 'degrade' })
  // @ts-expect-error no such way out
  await room.set('lock', 'mine', { onShort: 'wait' })
  // @ts-expect-error a key is deleted, not for a time
  await room.delete('lock', { ttl: 5 })
  const { results } = await room.batch((b) => b.set('a', 'x', { ttl: 5 }).append('b', '+').expire('a').increment('n').delete('c').ifAbsent('d').ifValue('e', 'f'))
  const first: bigint | undefined = results[0]
  const length: number = (await room.append('log', 'line')).length
  const found: boolean = (await room.expire('log', 0)).found
  console.log(first, length, found)

  const entry = await room.get('todo/1', { read: 'latest' })
  // @ts-expect-error there may be no such key
  entry.text()
  const text: string = entry?.text() ?? ''
  await room.get('todo/1', { after: receipt.position, read: 'session' })
  const kept = await room.getJSON<{ dark: boolean }>('settings')
  const dark: boolean | undefined = kept?.dark
  const sum: bigint = (await room.increment('hits', 2n)).value
  const deleted: boolean = (await room.delete('todo/1')).deleted
  for await (const item of room.scan('todo/', { limit: 10 })) console.log(item.key, item.text(), text, dark, sum, deleted)

  const stop = room.watch('todo/', show, { from: receipt.position })
  const off = room.on('members', (members: readonly Member[]) => console.log(members.map((m) => m.name)))
  room.on('role', (role, now) => console.log(role, now.epoch))
  // @ts-expect-error no such event
  room.on('leader', () => {})
  room.watch('', show, { level: 'local' })
  // @ts-expect-error a watch shows this copy, and the master's is no level
  room.watch('', show, { level: 'latest' })
  room.on('orphans', (orphans: readonly Orphan[]) => console.log(orphans.map((o) => o.beforeKnown && o.changes.map((c) => c.text?.()))))
  room.on('alarm', (text: string) => console.log(text))
  stop()
  off()

  const settings: Settings = await room.configure({ election: 'vote', minInSync: 2 })
  // @ts-expect-error settings change by configure alone
  settings.ack = 'one'
  // @ts-expect-error no such setting
  await room.configure({ quorum: 2 })
  for (const orphan of await room.orphans({ all: true })) await (orphan.superseded ? room.discard(orphan) : room.replay(orphan, { force: true }))
  if (room.status.losses.some((loss) => loss.taken)) await room.takeOver('otter')

  const verdict: 'kept' | 'orphaned' | 'unknown' = await room.verify(receipt)
  await room.handOver(verdict)
  try {
    await room.close()
  } catch (error) {
    if (error instanceof UnderstudyError && error.code === 'OUTCOME_UNKNOWN' && !error.retryable) console.log(error.position)
  }
}

function show(change: Change): void {
  if (change.type === 'set') console.log(change.key, change.text(), change.revision)
  else if (change.type === 'delete' || change.type === 'expire') console.log(change.key, change.position)
  else if (change.type === 'state') console.log(change.items.map((item) => item.key), change.more)
  else if (change.type === 'retract') console.log(change.key, change.text() ?? 'gone')
  // @ts-expect-error a gap has no key
  else console.log(change.key)
}
