/// <reference lib="dom" />
/// <reference lib="esnext.disposable" />

/** What a write's answer means: how many copies have it. A number n: the master and n in-sync replicas. */
export type Ack = 'async' | 'one' | 'all' | number
/**
 * How fresh a read must be. session: what this room object has written or read since its node started, and perhaps more;
 * local: this copy as it is; committed: without what could be rolled back; latest: linearizable.
 */
export type ReadLevel = 'session' | 'local' | 'committed' | 'latest'
export type Role = 'master' | 'replica' | 'joining' | 'offline'
export type Health = 'green' | 'yellow' | 'red'
export type Value = string | Uint8Array
export type Unsubscribe = () => void

export type ErrorCode =
  | 'NOT_ENOUGH_REPLICAS' // refused before the write
  | 'OUTCOME_UNKNOWN' // sent, and perhaps made: `position` says where, if known
  | 'NO_MASTER' // nobody to ask within the time; nothing written
  | 'CONFLICT' // a condition did not hold; nothing written
  | 'SESSION_CUT' // what this session has written or read was rolled back up to `position`; said once, the next read goes on
  | 'TIMEOUT' // nothing was read within the time
  | 'TOO_LARGE' // over a limit; the message names it
  | 'REFUSED' // makes no sense, or is not allowed
  | 'CLOSED' // the room is closed, or its worker has died
  | 'ABORTED' // by the caller's signal; a write may still be made

/** Every failure of a call on a room. */
export class UnderstudyError extends Error {
  constructor(code: ErrorCode, message?: string, options?: { position?: string; cause?: unknown })
  readonly name: 'UnderstudyError'
  readonly code: ErrorCode
  /** The same call may succeed later, and doing it again cannot apply it twice. */
  readonly retryable: boolean
  /** 'EPOCH/INDEX' of a write whose outcome is unknown, where it is known; of what is left, with SESSION_CUT. */
  readonly position: string | undefined
}

export interface CallOptions {
  /** Milliseconds; default 5000. The call ends by then, at most 200 ms later if the worker's thread stands still. */
  timeout?: number
  signal?: AbortSignal
}

export interface WriteOptions extends CallOptions {
  /** Default: the room's setting, 'all' in a new room. */
  ack?: Ack
  /** Where too few nodes are in sync for `ack`: refuse the write (the default), or make do; the receipt says what it got. */
  onShort?: 'fail' | 'degrade'
}

/** At most one condition on the key of the write. */
export interface ConditionOptions extends WriteOptions {
  /** Write only if the key's revision is this one. */
  ifRevision?: bigint
  /** Write only if there is no such key. */
  ifAbsent?: boolean
  /** Write only if the key's value is this one. */
  ifValue?: Value
}

export interface TTLOptions {
  /** Milliseconds the key is to last, by the room's time; default: for ever, also where it had a limit before. */
  ttl?: number
}

export interface SetOptions extends ConditionOptions, TTLOptions {}

/** Collects the operations of one write. All are made, in order and in one piece, or none. */
export interface Batch {
  set(key: string, value: Value, options?: TTLOptions): this
  setJSON(key: string, value: unknown, options?: TTLOptions): this
  delete(key: string): this
  increment(key: string, by?: number | bigint): this
  /** Adds behind the value at key; absent counts as empty. */
  append(key: string, value: Value): this
  /** Gives a key a new time to last, in milliseconds; without one, or 0, for ever. */
  expire(key: string, ttl?: number): this
  ifRevision(key: string, revision: bigint): this
  ifAbsent(key: string): this
  ifValue(key: string, value: Value): this
}

export interface ReadOptions extends CallOptions {
  /** Default 'session'. */
  read?: ReadLevel
  /** Waits until the state read covers this position, 'EPOCH/INDEX', as a receipt of another tab has it. */
  after?: string
}

export interface ScanOptions extends ReadOptions {
  /** At most this many; default: all. */
  limit?: number
}

/** Milliseconds a call took: `total` on the page, of which `node` in the worker's node and beyond. */
export interface Timing {
  readonly total: number
  readonly node: number
}

export interface Receipt {
  /** 'EPOCH/INDEX'. */
  readonly position: string
  /** The master of that epoch: 8 characters. */
  readonly by: string
  readonly revision: bigint
  /** What it got. */
  readonly ack: Ack
  readonly copies: number
  /** Of these, on storage that survives a restart. */
  readonly durable: number
  readonly ms: Timing
}

export interface Entry {
  readonly key: string
  readonly value: Uint8Array
  text(): string
  json<T = unknown>(): T
  readonly revision: bigint
  /** When the key ends, in milliseconds since 1970 by the room's time; undefined: never. */
  readonly deadline?: number
  /** Of the state that was read. */
  readonly position: string
  /** Some of the state that was read is not committed. */
  readonly dirty: boolean
}

/** A key and its value, of a scan or a state. */
export type Item = Omit<Entry, 'position' | 'dirty'>

export type Change =
  | {
      readonly type: 'set'
      readonly key: string
      readonly value: Uint8Array
      text(): string
      json<T = unknown>(): T
      readonly revision: bigint
      readonly position: string
      readonly deadline?: number
    }
  /** expire: its time had come. */
  | { readonly type: 'delete' | 'expire'; readonly key: string; readonly revision: bigint; readonly position: string }
  /** The change at `position`, told before it was committed, was rolled back; the value is the key's without it. */
  | {
      readonly type: 'retract'
      readonly key: string
      readonly value: Uint8Array | undefined
      text(): string | undefined
      readonly revision: bigint
      readonly position: string
      readonly deadline?: number
    }
  /** What led to `position` can't be had any more: forget what you have, the state at `position` follows. */
  | { readonly type: 'gap'; readonly position: string }
  /** Every key under the prefix at `position`, or a part of them; with `more` the next part follows. */
  | { readonly type: 'state'; readonly position: string; readonly items: readonly Item[]; readonly more: boolean }
  /** The watch is from a position that the room has not reached: this copy is at `position`. */
  | { readonly type: 'ahead'; readonly position: string }

export interface WatchOptions {
  /** Tell the changes behind this position, 'EPOCH/INDEX'; '0': the state, and then its changes; default: from now on. */
  from?: string
  /** Default 'committed'. 'local': as soon as this copy has them; what is rolled back is told as 'retract'. */
  level?: 'committed' | 'local'
  signal?: AbortSignal
}

/** What the room's users have agreed on. */
export interface Settings {
  readonly election: 'succession' | 'bully' | 'ring' | 'vote'
  /** An `all` write needs at least so many in-sync nodes, the master included. */
  readonly minInSync: number
  /** Of writes that do not say. */
  readonly ack: Ack
  /** 'refuse': copies in memory only, as in tabs, are never in sync and never master. */
  readonly volatile: 'allow' | 'refuse'
  /** Milliseconds an in-sync node may be behind, from 100 to 3600000. */
  readonly lagLimit: number
}

/** A mastership that began although no complete copy was there. */
export interface Loss {
  readonly epoch: string
  /** Milliseconds since 1970, by the relay's clock. */
  readonly at: number
  /** Names or ids of the in-sync nodes that were missing. */
  readonly missing: readonly string[]
  /** By takeOver; else the room began again by itself, when every copy in sync had been in memory. */
  readonly taken: boolean
}

export interface OrphanChange {
  readonly type: 'set' | 'delete'
  readonly key: string
  /** What was written, unless deleted. */
  readonly value?: Uint8Array
  text?(): string
  /** What was there before it, if there was something and it is known. */
  readonly before?: Uint8Array
  textBefore?(): string
}

/** A write that a change of master rolled back, and that nodes keep. */
export interface Orphan {
  /** 'EPOCH/INDEX' where it stood, and the master of that epoch: 8 characters. */
  readonly position: string
  readonly by: string
  readonly ack: Ack
  /** The master had answered it, as far as the nodes know that keep it. */
  readonly acked: boolean
  /** A retry of the same write was applied elsewhere: nothing was lost. */
  readonly superseded: boolean
  /** What stands in its place, 'EPOCH/INDEX'; '' where it is not known. */
  readonly replaced: string
  /** What was there before it is known: a change without `before` met no key. Else a replay needs force. */
  readonly beforeKnown: boolean
  /** Milliseconds since 1970, by the room's time. */
  readonly at: number
  /** Ids of the nodes that keep it. */
  readonly nodes: readonly string[]
  readonly changes: readonly OrphanChange[]
}

/** Frozen, and the same object until something changes. */
export interface Status {
  /** This node's id, 8 characters; '' before the first start. A page that comes back is a new node. */
  readonly node: string
  readonly name: string
  readonly room: string
  readonly role: Role
  /** There is a master that takes writes. */
  readonly open: boolean
  /** Number of the newest mastership, in decimal; '0' before the first. */
  readonly epoch: string
  /** Positions of this copy: 'EPOCH/INDEX', or '0'. */
  readonly last: string
  readonly commit: string
  readonly applied: string
  /** Entries this copy is known to be behind the master. */
  readonly lag: number
  readonly storage: 'memory'
  /** green: in sync, with nothing outstanding for a second; yellow: on its way there; red: offline, or the room waits for nodes that are not here. */
  readonly health: Health
  /** The master's id, 8 characters, or '' if there is none. */
  readonly master: string
  /** Names or ids of nodes the room waits for because it has no master and can't get one by itself. */
  readonly waiting: readonly string[]
  /** How many writes this node keeps that were rolled back: see Room.orphans. */
  readonly orphans: number
  readonly settings: Settings
  /** The oldest first. */
  readonly losses: readonly Loss[]
}

/** A node with a copy, as the relay presents it and as it last answered. */
export interface Member {
  readonly node: string
  readonly name: string
  readonly kind: 'tab' | 'process'
  readonly role: Role
  readonly inSync: boolean
  /** Its last position, 'EPOCH/INDEX'; '' until it has answered. */
  readonly position: string
  readonly commit: string
  readonly applied: string
  /** State hash at `applied`, hexadecimal; '' until it has answered. Equal positions mean equal hashes. */
  readonly hash: string
  readonly lag: number
  /** How many writes it keeps that were rolled back; 0 until it has answered. */
  readonly orphans: number
  readonly visible: boolean
  /** 'memory', 'files', ...; '' until it has answered. */
  readonly storage: string
  /** It is this node. */
  readonly self: boolean
}

/** One frame that went through this tab's socket. */
export interface FrameSeen {
  readonly out: boolean
  /** The other end: a node's 8 characters, 'relay', or 'copies' for all others. */
  readonly peer: string
  /** 'replicate', 'ack', 'write', 'ping', ... */
  readonly kind: string
  readonly bytes: number
}

export interface RoomEvents {
  role: (role: Role, status: Status) => void
  status: (status: Status) => void
  /** Kept fresh (about once a second) only while somebody listens and the page is visible. */
  members: (members: readonly Member[]) => void
  /** Every frame, in batches; collected only while somebody listens. */
  frames: (frames: readonly FrameSeen[]) => void
  /** Writes that were just found to be rolled back, kept by this node. */
  orphans: (orphans: readonly Orphan[]) => void
  /** Something that should never be: the state here is not what others made of the same writes. The node mends it by a new copy. */
  alarm: (text: string) => void
  error: (error: UnderstudyError) => void
}

/** Real failures, made below the node; for demos and tests. */
export interface Lab {
  /** Ends the worker without a goodbye. `start` brings the room back as a new node. */
  crash(): void
  /** Blocks the worker's thread for that many milliseconds. */
  freeze(ms: number): void
  /** Holds all bytes both ways, on open sockets and new ones, for that many milliseconds. */
  cut(ms: number): void
  /** Starts a node again after `crash` or a fatal error. */
  start(): Promise<void>
}

export interface Room extends AsyncDisposable {
  readonly status: Status
  /** The newest known, and empty until somebody listens to the event 'members'. */
  readonly members: readonly Member[]
  /** Resolves when there is a master and this copy follows it; rejects with NO_MASTER at the end of the time. */
  opened(options?: CallOptions): Promise<Status>

  set(key: string, value: Value, options?: SetOptions): Promise<Receipt>
  setJSON(key: string, value: unknown, options?: SetOptions): Promise<Receipt>
  delete(key: string, options?: ConditionOptions): Promise<Receipt & { readonly deleted: boolean }>
  /** Adds to the decimal integer at key; absent counts as 0. */
  increment(key: string, by?: number | bigint, options?: ConditionOptions): Promise<Receipt & { readonly value: bigint }>
  /** Adds behind the value at key; absent counts as empty. `length`: of the whole value, in bytes. */
  append(key: string, value: Value, options?: ConditionOptions): Promise<Receipt & { readonly length: number }>
  /** Gives a key a new time to last, in milliseconds; 0: for ever. `found`: there is such a key. */
  expire(key: string, ttl: number, options?: ConditionOptions): Promise<Receipt & { readonly found: boolean }>
  /** Makes several operations as one write. `results`: one number each, as the single calls give it. */
  batch(build: (batch: Batch) => unknown, options?: WriteOptions): Promise<Receipt & { readonly results: readonly bigint[] }>

  get(key: string, options?: ReadOptions): Promise<Entry | undefined>
  getJSON<T = unknown>(key: string, options?: ReadOptions): Promise<T | undefined>
  /** Keys under a prefix, in order. */
  scan(prefix?: string, options?: ScanOptions): AsyncIterableIterator<Item>
  /** Every change under a prefix, each once and in order, from now on or from behind a position. */
  watch(prefix: string, listener: (change: Change) => void, options?: WatchOptions): Unsubscribe

  on<E extends keyof RoomEvents>(event: E, listener: RoomEvents[E]): Unsubscribe
  verify(receipt: Pick<Receipt, 'position'> & { readonly by?: string }, options?: CallOptions): Promise<'kept' | 'orphaned' | 'unknown'>
  /** Passes the mastership to a node (its id or name), or to the first in succession. */
  handOver(node?: string, options?: CallOptions): Promise<void>
  /** Makes a node (its id or name) master although in-sync nodes are missing: what only they have is lost. Refused while one is here. */
  takeOver(node: string, options?: CallOptions): Promise<void>

  settings(options?: CallOptions): Promise<Settings>
  /** Changes the settings given and leaves the others. Resolves to all of them. */
  configure(change: Partial<Settings>, options?: CallOptions): Promise<Settings>

  /** What the nodes that answer keep of writes that were rolled back, by position; with `all` also those whose retry was applied elsewhere. */
  orphans(options?: CallOptions & { all?: boolean }): Promise<Orphan[]>
  /** Writes it anew, at most once in the room, if every key is as it was before; else CONFLICT. With `force` whatever the keys are. */
  replay(orphan: Pick<Orphan, 'position'> & { readonly by?: string }, options?: CallOptions & { force?: boolean; ack?: Ack; onShort?: 'fail' | 'degrade' }): Promise<Receipt>
  /** Gives it up, for the whole room: CONFLICT if it was replayed before. */
  discard(orphan: Pick<Orphan, 'position'> & { readonly by?: string }, options?: CallOptions): Promise<void>

  /** Says goodbye, hands over if it is master, and ends. Every later call fails with CLOSED. */
  close(): Promise<void>

  readonly lab: Lab
}

export interface RoomOptions {
  room: string
  /** Default: /ws of the page's own origin. */
  relay?: string
  /** Default: a random animal, kept for this tab. */
  name?: string
  /** Default true; false: never becomes master. */
  candidate?: boolean
  /** Default 0; among equals the higher is preferred as master. */
  priority?: number
  /** Closes the room, or ends its opening. */
  signal?: AbortSignal
  /** Default: worker.js beside this module. */
  workerUrl?: string | URL
  /** Default: the wasm beside the worker. */
  wasmUrl?: string | URL
}

/**
 * Starts a node in a worker and joins the room. Resolves once the node runs,
 * online or not: being offline is a state, see Room.opened. Rejects when worker
 * or wasm can't be loaded.
 */
export function openRoom(options: RoomOptions): Promise<Room>
