import type { IncomingMessage } from 'node:http'
import type { AlbMode } from './alb/event.js'
import type { FieldPolicy } from './alb/fields.js'
import { toResult, type AlbResult } from './alb/result.js'
import { MAX_RESULT_BYTES } from './alb/size.js'
import { fromAppResponse, toAppResponse, type AppResponse } from './app-response.js'
import { codingFor, compress, type Coding } from './compression.js'
import { inTime, OUT_OF_TIME, timeLimit } from './deadline.js'
import { reportFailure, requestOf, type Failed } from './failure.js'
import type { Invocation } from './invocation.js'
import { toLoggedError, toSafeLogger, type Logger } from './log.js'
import type { Settings } from './options.js'
import { bodyBytes, firstValue, type RequestParts, type ResponseParts } from './parts.js'

/** One request on its way through the adapter. */
export interface Call {
  readonly invocation: Invocation
  readonly request: RequestParts
  /** The form the event has and the result must have. */
  readonly mode: AlbMode
}

/** A response that is not a result yet: a hook must see it, or it is too large. Owns its bytes. */
export class Held {
  readonly parts: ResponseParts

  constructor(parts: ResponseParts) {
    const bytes = bodyBytes(parts.body)
    // One piece comes back as it is, and the app may write into it again.
    this.parts = { ...parts, body: [bytes === parts.body[0] ? Buffer.from(bytes) : bytes] }
  }
}

/**
 * The most of a too large response that is kept, in bytes, in the hope that compression or the
 * `oversize` hook makes it fit. Text rarely shrinks to less than a sixteenth.
 */
const MAX_KEPT_BYTES = 16 * MAX_RESULT_BYTES

/** Makes results: of the app's responses, of failures, and of what hooks and compression make of them. */
export class Answers implements FieldPolicy {
  readonly singleValueCookies: FieldPolicy['singleValueCookies']
  readonly valueOrder: FieldPolicy['valueOrder']
  readonly #settings: Settings
  readonly #logger: Logger
  #warnedOfCookies = false

  constructor(settings: Settings) {
    this.#settings = settings
    this.#logger = toSafeLogger(settings.logger)
    this.singleValueCookies = settings.singleValueCookies
    this.valueOrder = settings.valueOrder
  }

  /** The result for a finished response, at once where nothing stands between the two. */
  render(parts: ResponseParts, call: Call): AlbResult | Held {
    if (this.#settings.onResponse !== undefined) return new Held(parts)
    return this.#toResult(parts, call) ?? new Held(parts)
  }

  /** How many bytes of a body that cannot fit as it is are worth keeping. */
  extendedBodyLimit(parts: ResponseParts, call: Call): number {
    const { oversize } = this.#settings
    const hope = typeof oversize === 'function' || this.#codingFor(parts, call) !== undefined
    return hope ? MAX_KEPT_BYTES : MAX_RESULT_BYTES
  }

  timeLimit(call: Call): number {
    return timeLimit(call.invocation, this.#settings.deadlineMarginMs)
  }

  /** What `render` could not do at once: asking hooks, and making a large response fit. */
  async complete(held: Held, call: Call): Promise<AlbResult> {
    try {
      const result = await inTime(this.#completeHeld(held.parts, call), this.timeLimit(call))
      return result === OUT_OF_TIME ? this.fail({ failure: 'out-of-time' }, call) : result
    } catch (error) {
      return this.fail({ failure: 'hook-failed', error }, call)
    }
  }

  async #completeHeld(held: ResponseParts, call: Call): Promise<AlbResult> {
    const { onResponse, oversize } = this.#settings
    let parts = await this.#throughHook(onResponse, held, call)
    let result = this.#toResult(parts, call)
    if (result === undefined && typeof oversize === 'function') {
      parts = await this.#throughHook(oversize, parts, call)
      result = this.#toResult(parts, call)
    }
    if (result !== undefined) return result
    const coding = this.#codingFor(parts, call)
    if (coding !== undefined) result = this.#toResult(await compress(parts, coding), call)
    return result ?? this.fail({ failure: 'too-large', size: bodyBytes(parts.body).length }, call)
  }

  async #throughHook(
    hook: Settings['onResponse'],
    parts: ResponseParts,
    { invocation }: Call,
  ): Promise<ResponseParts> {
    const replacement: AppResponse | void = await hook?.(toAppResponse(parts), invocation)
    return replacement ? fromAppResponse(replacement) : parts
  }

  /** The answer for a failure, which is logged. */
  fail(failed: Failed, call: Call): AlbResult {
    return this.plain(reportFailure(failed, call, this.#logger), call)
  }

  /** Logs why the app failed to initialise, and throws that on, for Lambda to report. */
  rejectInitialisation(error: unknown, call: Call): never {
    const cause: unknown = error instanceof Error ? (error.cause ?? error) : error
    this.#logger.error(
      {
        code: 'APP_INIT_FAILED',
        ...requestOf(call),
        advice: 'The next invocation tries again if createHandler was given a function.',
        error: toLoggedError(cause),
      },
      'the app failed to initialise',
    )
    throw error
  }

  /** The result for a small response of the adapter's own. */
  plain(parts: ResponseParts, { mode, request }: Call): AlbResult {
    // Far below the limit, so there is one.
    return toResult(parts, mode, request.method === 'HEAD', this) as AlbResult
  }

  /** Logs an error that came too late to change the answer. */
  onLateError(error: unknown, req: IncomingMessage, call: Call): void {
    this.#logger.error(
      { code: 'ERROR_AFTER_RESPONSE', ...requestOf(call, req), error: toLoggedError(error) },
      'the request listener failed after the response was finished',
    )
  }

  onSeveralCookies(count: number): void {
    if (this.#warnedOfCookies) return
    this.#warnedOfCookies = true
    this.#logger.warn(
      {
        code: 'SEVERAL_COOKIES',
        advice:
          'Set lambda.multi_value_headers.enabled to true on the target group. The handler follows ' +
          'the events and needs no change.',
      },
      `a response sets ${count} cookies, but the target group is in single-value mode, ` +
        'for which AWS promises one',
    )
  }

  #toResult(parts: ResponseParts, call: Call): AlbResult | undefined {
    const { statusCode } = parts
    if (statusCode < 200 || statusCode > 599) {
      this.#logger.warn(
        { code: 'UNUSUAL_STATUS', ...requestOf(call), advice: 'Answer with a status of 200 to 599.' },
        `the response has status ${statusCode}, for which a load balancer may answer 502`,
      )
    }
    return toResult(parts, call.mode, call.request.method === 'HEAD', this)
  }

  #codingFor(parts: ResponseParts, { request }: Call): Coding | undefined {
    if (this.#settings.oversize === 'refuse') return undefined
    return codingFor(parts, firstValue(request.rawHeaders, 'accept-encoding'))
  }
}
