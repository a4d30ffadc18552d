// Real uses of the API, for the type checker: what is marked as an error must be one.
import { openRoom, UnderstudyError } from '@understudy/tab'
import type { Change, Member, Receipt, Room, Status } from '@understudy/tab'
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

  const entry = await room.get('todo/1', { read: 'latest' })
  // @ts-expect-error there may be no such key
  entry.text()
  const text: string = entry?.text() ?? ''
  const settings = await room.getJSON<{ dark: boolean }>('settings')
  const dark: boolean | undefined = settings?.dark
  const sum: bigint = (await room.increment('hits', 2n)).value
  const deleted: boolean = (await room.delete('todo/1')).deleted
  for await (const item of room.scan('todo/', { limit: 10 })) console.log(item.key, item.text(), text, dark, sum, deleted)

  const stop = room.watch('todo/', show, { from: receipt.position })
  const off = room.on('members', (members: readonly Member[]) => console.log(members.map((m) => m.name)))
  room.on('role', (role, now) => console.log(role, now.epoch))
  // @ts-expect-error no such event
  room.on('leader', () => {})
  stop()
  off()

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
  else if (change.type === 'delete') console.log(change.key, change.position)
  // @ts-expect-error a gap has no key
  else console.log(change.key)
}
