import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { forward } from '../forwarding/forward.js'
import { type HttpRequest, type HttpResponse, RefusedError } from '../message.js'
import type { Settings } from '../options.js'
import { toErrorPage } from '../result/error-page.js'
import { writeAnswer } from './answer.js'
import { writeToStderr } from './report.js'
import { type RequestRecord, toRefusedRecord } from './request-record.js'
import { receive } from './request.js'
import type { ServerTargets } from './server-targets.js'
import { SetupError } from './setup-error.js'

interface Answer {
  readonly response: HttpResponse
  readonly record: RequestRecord
}

/** Answers the requests of this process's servers as the load balancer would. */
export class Front {
  readonly #settings: Settings
  readonly #targets: ServerTargets
  readonly #record: (record: RequestRecord) => void
  readonly #told = new Set<string>()

  constructor(settings: Settings, targets: ServerTargets, record: (record: RequestRecord) => void) {
    this.#settings = settings
    this.#targets = targets
    this.#record = record
  }

  /** Has the adapter ready by the first request. */
  prepare(): void {
    this.#targets.prepare()
  }

  /** Never throws: a fault of ours is told as ours, and answered. */
  handle(server: Server, req: IncomingMessage, res: ServerResponse): void {
    // A client that goes away is seen on the request; nobody else listens here.
    res.on('error', () => undefined)
    this.#handle(server, req, res).catch((error: unknown) => {
      const { response, record } = this.#fault(error)
      this.#record(record)
      if (res.headersSent) res.destroy()
      else writeAnswer(req, res, response)
    })
  }

  async #handle(server: Server, req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { request, close } = receive(req, res, this.#settings)
    const { response, record } = await this.#answer(server, request)
    request.body.destroy()
    if (request.signal.aborted) {
      this.#record({ outcome: 'abandoned' })
      return
    }
    writeAnswer(req, res, close ? { ...response, close } : response)
    this.#record(record)
  }

  async #answer(server: Server, request: HttpRequest): Promise<Answer> {
    try {
      if (request.refusal !== undefined) throw new RefusedError(request.refusal)
      const forwarded = forward(request, this.#settings)
      const target = await this.#targets.of(server)
      const response = await target.send(forwarded, {})
      return { response, record: { outcome: 'answered', status: response.status } }
    } catch (error) {
      if (!(error instanceof RefusedError)) return this.#fault(error)
      const { refusal } = error
      const record = toRefusedRecord(refusal, `${request.method} ${request.target}`)
      return { response: toErrorPage(refusal, this.#settings), record }
    }
  }

  /** Tells each fault once, however many requests meet it. */
  #fault(error: unknown): Answer {
    const message = error instanceof Error ? error.message : String(error)
    if (!this.#told.has(message)) {
      this.#told.add(message)
      const stack = error instanceof Error && !(error instanceof SetupError) && error.stack
      writeToStderr(`local-alb: ${stack || message}\n`)
    }
    return { response: toFaultPage(message), record: { outcome: 'fault', message } }
  }
}

/** Not the app's fault, and not what an ALB would say: recognisable by its header. */
function toFaultPage(message: string): HttpResponse {
  return {
    status: 500,
    reason: 'Internal Server Error',
    headers: [
      ['Content-Type', 'text/plain; charset=utf-8'],
      ['X-Local-Alb-Error', message.replaceAll(/[^ -~]/g, '?').slice(0, 4000)],
    ],
    body: Buffer.from(`local-alb: ${message}\n`),
  }
}
