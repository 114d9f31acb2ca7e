import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { History } from './history.js'

/** What stands around the list: whose requests these are and how to send one. */
export interface About {
  readonly title: string
  /** The load balancer's address. */
  readonly url: string | null
  /** Labels and values, such as `Target` and `dist/lambda.mjs`. */
  readonly facts: readonly (readonly [label: string, value: string])[]
  readonly keep: number
}

interface Client {
  readonly response: ServerResponse
  seen: number
  /** When it stopped reading; `undefined` while it reads. */
  stuckSince: number | undefined
}

const BATCH_MS = 100
const ROWS_PER_MESSAGE = 500
const HEARTBEAT_MS = 15_000
/** A page that has read nothing for this long is cut off; it comes back and gets what it missed. */
const STUCK_MS = 60_000
const MOST_CLIENTS = 64

/**
 * Tells pages what happens, as Server-Sent Events. For each page only the version it has seen is kept and what is new is
 * looked up when its connection can take more, so a slow page costs nothing and misses nothing but intermediate states.
 */
export class LiveUpdates {
  readonly #history: History
  readonly #about: () => About
  readonly #clients = new Set<Client>()
  /** Tells this history from that of another run on the same port. */
  readonly #instance = randomBytes(6).toString('base64url')
  readonly #heartbeat: NodeJS.Timeout
  #batch: NodeJS.Timeout | undefined

  constructor(history: History, about: () => About) {
    this.#history = history
    this.#about = about
    this.#heartbeat = setInterval(() => {
      this.#beat()
    }, HEARTBEAT_MS).unref()
  }

  /**
   * Makes a response a stream of updates.
   *
   * @param last the id of the last message that the page got from an earlier connection
   * @returns whether there was room for it
   */
  attach(response: ServerResponse, last: string | undefined): boolean {
    if (this.#clients.size >= MOST_CLIENTS) return false
    const [instance, seen] = last?.split(':') ?? []
    const client: Client = {
      response,
      seen: instance === this.#instance ? Number(seen) || 0 : 0,
      stuckSince: undefined,
    }
    this.#clients.add(client)
    response.on('close', () => {
      this.#clients.delete(client)
    })
    response.on('drain', () => {
      client.stuckSince = undefined
      this.#send(client)
    })
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' })
    response.write(`event: about\ndata: ${JSON.stringify(this.#about())}\n\n`)
    // Even with nothing to tell: the page then knows whether what it has is still true.
    this.#send(client, true)
    return true
  }

  /** The history has changed: the pages learn of it with the next batch. */
  changed(): void {
    if (this.#clients.size === 0) return
    this.#batch ??= setTimeout(() => {
      this.#batch = undefined
      for (const client of this.#clients) this.#send(client)
    }, BATCH_MS).unref()
  }

  close(): void {
    clearInterval(this.#heartbeat)
    clearTimeout(this.#batch)
    for (const { response } of this.#clients) response.destroy()
    this.#clients.clear()
  }

  #send(client: Client, always = false): void {
    const { response } = client
    let due = always
    while (!response.destroyed && (due || client.seen !== this.#history.version)) {
      due = false
      if (response.writableNeedDrain) {
        client.stuckSince ??= performance.now()
        return
      }
      const { reset, rows, version } = this.#history.changesSince(client.seen, ROWS_PER_MESSAGE)
      client.seen = version
      response.write(
        `id: ${this.#instance}:${version}\nevent: rows\ndata: ${JSON.stringify({ reset, rows })}\n\n`,
      )
    }
  }

  #beat(): void {
    for (const client of this.#clients) {
      if (client.stuckSince === undefined) client.response.write(':\n\n')
      else if (performance.now() - client.stuckSince > STUCK_MS) client.response.destroy()
    }
  }
}
