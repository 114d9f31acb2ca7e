import { Agent, type IncomingMessage, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps, type RequestOptions } from 'node:https'
import type { HeaderField } from '../message.js'
import type { Answer } from './answer.js'
import { BodyCapture } from './capture-body.js'
import { ParityError } from './parity-error.js'
import { isSafe, type ParityRequest } from './request.js'
import type { Side } from './side.js'

/** The side cannot be reached: nothing can be compared any more. */
export class UnreachableError extends ParityError {
  /** What to do, as a sentence. */
  readonly advice: string

  constructor(problem: string, advice: string, cause: Error) {
    super(problem, { cause })
    this.advice = advice
  }
}

export interface SenderOptions {
  /** How long an answer may take, to its last byte. */
  readonly waitSeconds: number
  /** Connections at once. */
  readonly concurrency: number
}

/** What is sent: a request with the fields of this side. */
export type SentRequest = Pick<ParityRequest, 'method' | 'target' | 'headers' | 'body'>

/** Sends requests to one side. Redirects are not followed, nothing is decoded. */
export class Sender {
  readonly #side: Side
  readonly #agent: Agent
  readonly #waitSeconds: number

  constructor(side: Side, { waitSeconds, concurrency }: SenderOptions) {
    this.#side = side
    this.#waitSeconds = waitSeconds
    const options = { keepAlive: true, maxSockets: concurrency, maxFreeSockets: concurrency }
    this.#agent =
      side.origin.protocol === 'https:'
        ? new HttpsAgent({ ...options, rejectUnauthorized: side.checkCertificate })
        : new Agent(options)
  }

  /** @throws {UnreachableError} when nobody is there */
  async send(request: SentRequest): Promise<Answer> {
    for (;;) {
      const outcome = await this.#attempt(request)
      if (outcome !== 'stale') return outcome
    }
  }

  close(): void {
    this.#agent.destroy()
  }

  /** `stale`: the other side closed a kept connection just then, and the request changes nothing when sent again. */
  #attempt({ method, target, headers, body }: SentRequest): Promise<Answer | 'stale'> {
    const startedAt = performance.now()
    const since = (): number => performance.now() - startedAt
    return new Promise((resolve, reject) => {
      const options: RequestOptions = {
        method,
        path: target,
        headers: [...headers, ...framing(method, body)].flat(),
        setHost: false,
        maxHeaderSize: MAX_HEADER_BYTES,
        // A request that changes something goes out once only, so never on a connection that may be closing.
        agent: isSafe(method) ? this.#agent : false,
        rejectUnauthorized: this.#side.checkCertificate,
      }
      const secure = this.#side.origin.protocol === 'https:'
      const outgoing = (secure ? requestHttps : requestHttp)(this.#side.origin, options)
      const outOfTime = new Error(`no whole answer within ${this.#waitSeconds} s`)
      let isOutOfTime = false
      const timer = setTimeout(() => {
        isOutOfTime = true
        outgoing.destroy(outOfTime)
      }, this.#waitSeconds * 1000)
      let answered = false
      const fail = (reason: Error): void => {
        clearTimeout(timer)
        // An answer that is under way only says that it was cut.
        const error = isOutOfTime ? outOfTime : reason
        const unreachable = answered ? undefined : toUnreachable(error, this.#side)
        if (unreachable !== undefined) reject(unreachable)
        else if (!answered && outgoing.reusedSocket && isReset(error)) resolve('stale')
        else resolve({ failure: toFailure(error, answered), ms: since() })
      }
      outgoing
        .on('error', fail)
        .on('response', (response) => {
          answered = true
          const port = response.socket.localPort ?? 0
          const capture = new BodyCapture()
          response
            .on('data', (chunk: Buffer) => {
              capture.add(chunk)
            })
            .on('error', fail)
            .on('end', () => {
              clearTimeout(timer)
              resolve({
                status: response.statusCode ?? 0,
                reason: response.statusMessage ?? '',
                headers: fieldsOf(response),
                body: capture.end(),
                ms: since(),
                receivedAt: new Date(),
                refusal: this.#side.refusalOf(port),
              })
            })
        })
        .end(body)
    })
  }
}

/** As much as local-alb takes from its targets. */
const MAX_HEADER_BYTES = 128 * 1024

/** Header fields of a message in order and spelling. */
export function fieldsOf({ rawHeaders }: IncomingMessage): HeaderField[] {
  const fields: HeaderField[] = []
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    fields.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? ''])
  }
  return fields
}

function framing(method: string, body: Buffer | undefined): HeaderField[] {
  if (body !== undefined) return [['Content-Length', String(body.length)]]
  // Without it Node sends these with an empty chunked body.
  return BODILESS.has(method) ? [] : [['Content-Length', '0']]
}

const BODILESS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE'])

function isReset(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ECONNRESET' || code === 'EPIPE'
}

function toFailure(error: Error, answered: boolean): string {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    return answered
      ? 'the connection was cut in the middle of the answer'
      : 'the connection was closed without an answer'
  }
  return code?.startsWith('HPE_') === true
    ? `the answer is no valid HTTP (${error.message})`
    : error.message
}

function toUnreachable(error: Error, side: Side): UnreachableError | undefined {
  const { code = '' } = error as NodeJS.ErrnoException
  const where = `the ${side.name} side, ${side.label}`
  const text = (problem: string, advice = ''): UnreachableError =>
    new UnreachableError(problem, advice, error)
  switch (code) {
    case 'ECONNREFUSED':
      return text(`Nobody listens at ${where}`, 'Start it first')
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return text(`The host of ${where} cannot be found (${code})`)
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
    case 'EINVAL':
      return text(`There is no way to ${where} (${code})`)
    case 'EPROTO':
      return text(
        `No TLS with ${where}: ${/routines:[^:]*:([^:]+)/.exec(error.message)?.[1] ?? code}`,
        'Is it http:// rather?',
      )
  }
  if (/^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT)/.test(code)) {
    return text(`The certificate of ${where} does not hold (${code})`, '--insecure takes any')
  }
  return undefined
}
