import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Place, Severity } from '../finding.js'
import type { Site } from './call-site.js'
import type { Report } from './report.js'

/** Something that was begun while a request was served, and should be over when its response is. */
export interface Work {
  /** What is told when it is not: `a timer of 5000 ms`. */
  readonly what: string
  readonly site: Site
  readonly severity: Severity
  readonly isDone: () => boolean
}

// As they are before any test has put something in their place.
const { setTimeout } = globalThis

/** How long work may go on after the response: what the response itself set off is over by then. */
const GRACE_MS = 50

const active = new Set<ServedRequest>()

/** A request that the app is answering, and what goes on because of it. */
export class ServedRequest {
  readonly label: string
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** Its response is a stream of events, which has been told. */
  isEventStream = false
  readonly #report: Report
  readonly #work: Work[] = []
  #isEnded = false
  #isGivenUp = false
  #looked = (): void => {}
  /** Fulfils when all that goes on after the response has been looked at. */
  readonly lookedAt: Promise<void> = new Promise((resolve) => {
    this.#looked = resolve
  })

  constructor(req: IncomingMessage, res: ServerResponse, report: Report) {
    this.label = `${req.method ?? 'GET'} ${(req.url ?? '/').replace(/\?.*/s, '')}`
    this.req = req
    this.res = res
    this.#report = report
    active.add(this)
  }

  /** Notes work that is to be over in time. What begins after the response is told at once. */
  begin(work: Work): void {
    if (!this.#isEnded) this.#work.push(work)
    else if (this.isOver && !isAnyActive()) this.#tell(work, 'begins after the response')
  }

  /** The response has all its parts. */
  end(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    active.delete(this)
    this.#lookLater()
  }

  /** It is not going to end: what goes on for it is no surprise, and others are looked at without it. */
  giveUp(): void {
    this.#isGivenUp = true
    active.delete(this)
  }

  /** Nothing of the response is left to be sent. */
  get isOver(): boolean {
    return this.#isEnded && (this.res.writableFinished || this.res.destroyed)
  }

  #lookLater(): void {
    const wasOver = this.isOver
    setTimeout(() => {
      if (wasOver) this.#look()
      else this.#lookLater()
    }, GRACE_MS).unref()
  }

  #look(): void {
    for (const work of this.#work) {
      if (!work.isDone()) this.#tell(work, 'goes on after the response')
    }
    this.#work.length = 0
    this.#looked()
  }

  #tell({ what, site, severity }: Work, how: string): void {
    if (this.#isGivenUp) return
    this.#report({
      kind: 'work-after-response',
      what: `${this.label}: ${what} ${how}`,
      severity,
      ...site,
    })
  }
}

/** The request on whose behalf the present code runs. */
export const servedRequest: AsyncLocalStorage<ServedRequest> = new AsyncLocalStorage()

/**
 * Whether any request is being answered. What then happens in the context of an earlier one may be for this one: a
 * connection that several share calls back in the context of who opened it.
 */
export function isAnyActive(): boolean {
  for (const served of active) {
    // The client has left.
    if (served.res.destroyed) active.delete(served)
  }
  return active.size > 0
}

const places = new WeakMap<object, Place>()

/** Keeps where a route was defined. */
export function keepPlace(route: object, place: Place): void {
  places.set(route, place)
}

/** Where the route was defined that a request came to, where a router tells. */
export function routeSite({ req }: ServedRequest): Site {
  const { route } = req as { readonly route?: unknown }
  return typeof route === 'object' && route !== null ? { place: places.get(route) } : {}
}
