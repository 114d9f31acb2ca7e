import type { Exchange } from '../exchange.js'
import { type KeptExchange, toKept, toTrimmed } from './kept-exchange.js'
import { type Row, toRow } from './row.js'

export interface HistoryLimits {
  /** How many exchanges. */
  readonly keep: number
  /** How many bytes of memory, as far as they can be told: bodies, events, results, logs, heads. */
  readonly keepBytes: number
}

/** What has changed since a version. */
export interface Changes {
  /** Everything known before is void: the history was cleared, or is another one. */
  readonly reset: boolean
  /** In the order in which they changed. */
  readonly rows: readonly Row[]
  /** Ask with this one next. */
  readonly version: number
}

interface Entry {
  exchange: KeptExchange
  row: Row
  version: number
  headBytes: number
  bodyBytes: number
}

/**
 * The exchanges that can be looked at, within limits of number and memory: above the first the oldest exchange goes,
 * above the second the oldest bodies.
 *
 * Each change has a version. Who says which one they have seen gets what is new since, so nothing is queued for anyone,
 * however slow.
 */
export class History {
  readonly #limits: HistoryLimits
  readonly #entries = new Map<number, Entry>()
  /** Entries that still have bodies, the oldest first. */
  readonly #heavy = new Map<number, Entry>()
  readonly #replays = new Map<number, number>()
  #bytes = 0
  #version = 0
  #clearedAt = 0

  constructor(limits: HistoryLimits) {
    this.#limits = limits
  }

  get version(): number {
    return this.#version
  }

  /** How much memory it takes, as far as it can be told. */
  get bytes(): number {
    return this.#bytes
  }

  /** An exchange started, went on or ended. */
  record(exchange: Exchange): void {
    const kept = exchange.endedAt === undefined ? exchange : toKept(exchange)
    const replayOf = this.#replays.get(kept.id) ?? null
    this.#version += 1
    const entry: Entry = this.#entries.get(kept.id) ?? {
      exchange: kept,
      row: toRow(kept, replayOf),
      version: 0,
      headBytes: 0,
      bodyBytes: 0,
    }
    this.#forgetSize(entry)
    entry.exchange = kept
    entry.row = toRow(kept, replayOf)
    entry.version = this.#version
    entry.headBytes = headBytesOf(kept)
    entry.bodyBytes = bodyBytesOf(kept)
    this.#bytes += entry.headBytes + entry.bodyBytes
    this.#entries.set(kept.id, entry)
    if (entry.bodyBytes > 0) this.#heavy.set(kept.id, entry)
    this.#makeRoom()
  }

  /** Notes that one exchange repeats another. */
  markReplay(id: number, original: number): void {
    this.#replays.set(id, original)
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    this.#version += 1
    entry.version = this.#version
    entry.row = toRow(entry.exchange, original)
  }

  get(id: number): { readonly exchange: KeptExchange; readonly row: Row } | undefined {
    return this.#entries.get(id)
  }

  clear(): void {
    this.#entries.clear()
    this.#heavy.clear()
    this.#replays.clear()
    this.#bytes = 0
    this.#version += 1
    this.#clearedAt = this.#version
  }

  /**
   * @param seen the version already known; 0 for nothing
   * @param most how many rows at most; ask again for the others
   */
  changesSince(seen: number, most: number): Changes {
    const reset = seen < this.#clearedAt || seen > this.#version || seen === 0
    const from = reset ? 0 : seen
    const changed = [...this.#entries.values()]
      .filter(({ version }) => version > from)
      .toSorted((a, b) => a.version - b.version)
    const rows = changed.slice(0, most)
    const last = rows.at(-1)
    return {
      reset,
      rows: rows.map(({ row }) => row),
      version: last === undefined || rows.length === changed.length ? this.#version : last.version,
    }
  }

  #makeRoom(): void {
    for (const [id, entry] of this.#entries) {
      if (this.#entries.size <= this.#limits.keep) break
      this.#drop(id, entry)
    }
    for (const [id, entry] of this.#heavy) {
      if (this.#bytes <= this.#limits.keepBytes) return
      this.#bytes -= entry.bodyBytes
      entry.bodyBytes = 0
      entry.exchange = toTrimmed(entry.exchange)
      this.#heavy.delete(id)
    }
    // Heads alone are over the limit: somebody sends very long ones.
    for (const [id, entry] of this.#entries) {
      if (this.#bytes <= this.#limits.keepBytes || this.#entries.size === 1) return
      this.#drop(id, entry)
    }
  }

  #drop(id: number, entry: Entry): void {
    this.#forgetSize(entry)
    this.#entries.delete(id)
    this.#replays.delete(id)
  }

  #forgetSize(entry: Entry): void {
    this.#bytes -= entry.headBytes + entry.bodyBytes
    this.#heavy.delete(entry.row.id)
  }
}

/** What an exchange takes besides its strings, roughly. */
const ENTRY_BYTES = 2048

function headBytesOf({ request, response }: KeptExchange): number {
  const fields = [...request.headers, ...(response?.headers ?? [])]
  const text = fields.reduce((sum, [name, value]) => sum + name.length + value.length, 0)
  return ENTRY_BYTES + request.target.length + text
}

function bodyBytesOf(exchange: KeptExchange): number {
  const { event = '', result = '', requestBody, response, invocation } = exchange
  const logs = invocation?.logs ?? []
  const characters = logs.reduce((sum, { text }) => sum + text.length, event.length + result.length)
  const body = response?.body
  // Two bytes a character is what V8 takes once one of them is beyond Latin-1.
  return 2 * characters + (requestBody?.length ?? 0) + (Buffer.isBuffer(body) ? body.length : 0)
}
