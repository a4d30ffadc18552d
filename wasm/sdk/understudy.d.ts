/// <reference lib="dom" />
/// <reference lib="esnext.disposable" />

/** What a write's answer means: how many copies have it. A number n: the master and n in-sync replicas. */
export type Ack = 'async' | 'one' | 'all' | number
/** How fresh a read must be: this copy as it is, without what could be rolled back, or linearizable. */
export type ReadLevel = 'local' | 'committed' | 'latest'
export type Role = 'master' | 'replica' | 'joining' | 'offline'
export type Health = 'green' | 'yellow' | 'red'
export type Value = string | Uint8Array
export type Unsubscribe = () => void

export type ErrorCode =
  | 'NOT_ENOUGH_REPLICAS' // refused before the write
  | 'OUTCOME_UNKNOWN' // sent, and perhaps made: `position` says where, if known
  | 'NO_MASTER' // nobody to ask within the time; nothing written
  | 'CONFLICT' // a condition did not hold; nothing written
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
  /** 'EPOCH/INDEX' of a write whose outcome is unknown, where it is known. */
  readonly position: string | undefined
}

export interface CallOptions {
  /** Milliseconds; default 5000. The call ends by then, at most 200 ms later if the worker's thread stands still. */
  timeout?: number
  signal?: AbortSignal
}

export interface WriteOptions extends CallOptions {
  /** Default 'all'. */
  ack?: Ack
  /** Write only if the key's revision is this one. */
  ifRevision?: bigint
  /** Write only if there is no such key. */
  ifAbsent?: boolean
}

export interface ReadOptions extends CallOptions {
  /** Default 'committed'. */
  read?: ReadLevel
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
  /** Of the state that was read. */
  readonly position: string
}

export type Change =
  | {
      readonly type: 'set'
      readonly key: string
      readonly value: Uint8Array
      text(): string
      json<T = unknown>(): T
      readonly revision: bigint
      readonly position: string
    }
  | { readonly type: 'delete'; readonly key: string; readonly revision: bigint; readonly position: string }
  /** What lies before `position` cannot be had any more: scan the prefix again. */
  | { readonly type: 'gap'; readonly position: string }

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

  set(key: string, value: Value, options?: WriteOptions): Promise<Receipt>
  setJSON(key: string, value: unknown, options?: WriteOptions): Promise<Receipt>
  delete(key: string, options?: WriteOptions): Promise<Receipt & { readonly deleted: boolean }>
  /** Adds to the decimal integer at key; absent counts as 0. */
  increment(key: string, by?: number | bigint, options?: WriteOptions): Promise<Receipt & { readonly value: bigint }>

  get(key: string, options?: ReadOptions): Promise<Entry | undefined>
  getJSON<T = unknown>(key: string, options?: ReadOptions): Promise<T | undefined>
  /** Keys under a prefix, in order. */
  scan(prefix?: string, options?: ScanOptions): AsyncIterableIterator<Omit<Entry, 'position'>>
  /** Every committed change under a prefix, each once and in order, from now on or from behind a position. */
  watch(prefix: string, listener: (change: Change) => void, options?: { from?: string; signal?: AbortSignal }): Unsubscribe

  on<E extends keyof RoomEvents>(event: E, listener: RoomEvents[E]): Unsubscribe
  verify(receipt: Pick<Receipt, 'position'> & { readonly by?: string }, options?: CallOptions): Promise<'kept' | 'orphaned' | 'unknown'>
  /** Passes the mastership to a node (its id or name), or to the first in succession. */
  handOver(node?: string, options?: CallOptions): Promise<void>
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
