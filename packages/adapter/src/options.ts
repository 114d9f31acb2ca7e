import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AppResponse } from './app-response.js'
import { invalid } from './errors.js'
import type { Invocation } from './invocation.js'
import type { Logger } from './log.js'

/** What a hook that sees a response may return: another response, or nothing to leave it. */
type Replacement = AppResponse | undefined | void

/** A hook that sees a response and may answer in its place. */
export type ResponseHook = (
  response: AppResponse,
  invocation: Invocation,
) => Replacement | Promise<Replacement>

/** Everything that can be set about a handler. All of it is optional and read once. */
export interface HandlerOptions {
  /**
   * The address that `req.socket.remoteAddress` shows: the load balancer's, as on EC2. Whatever
   * `trust proxy` setting was right there then gives the same `req.ip` here. Set it to an address of
   * your load balancer's subnets when the app trusts those by their numbers.
   *
   * Default: `'10.0.0.2'`, which `uniquelocal`, hop counts and `true` cover.
   */
  readonly peerAddress?: string | undefined
  /**
   * What happens to the load balancer's health checks. `'app'` shows them to the app as requests
   * (without `host` and `X-Forwarded-*`, as the ALB sends them); `'answer'` answers 200 without the
   * app, not even loading it.
   *
   * Default: `'app'`.
   */
  readonly healthCheck?: 'app' | 'answer' | undefined
  /**
   * How many milliseconds before Lambda's deadline an unfinished response is answered with 504, so
   * that the answer and the log line get out. When an invocation has less than twice this left, half
   * of what is left is taken.
   *
   * Default: `250`.
   */
  readonly deadlineMarginMs?: number | undefined
  /**
   * What happens to a response whose result is larger than the 1 MB an ALB accepts. `'compress'`
   * sends it in brotli or gzip if the client takes that, the type is worth it and it then fits;
   * otherwise, and always with `'refuse'`, the client gets a 500 and the log says why. A function is
   * asked before both and may answer instead, for example with a redirect to storage; when it returns
   * nothing, the response is compressed or refused. It sees bodies of up to 16 MiB; larger ones are
   * refused while the app still writes.
   *
   * Default: `'compress'`.
   */
  readonly oversize?: 'compress' | 'refuse' | ResponseHook | undefined
  /**
   * How several cookies in one response travel in single-value mode. `'case-variants'` gives each its
   * own spelling of the name (`Set-Cookie`, `set-cookie`, …), which ALBs pass on although AWS does not
   * promise it; `'last-only'` sends the last, which is all AWS promises. Either way one warning is
   * logged: multi-value mode is the right setting.
   *
   * Default: `'case-variants'`.
   */
  readonly singleValueCookies?: 'case-variants' | 'last-only' | undefined
  /**
   * The order in which several cookies are given to the load balancer. ALBs have been seen to reverse it, while AWS calls it unspecified. `'keep'` leaves the
   * app's order; `'reverse'` turns it round, so that a reversing load balancer restores it.
   *
   * Default: `'keep'`.
   */
  readonly valueOrder?: 'keep' | 'reverse' | undefined
  /**
   * A path that is taken off the front of `req.url`, at a segment's end: with `'/api'` the app sees
   * `/users` for `/api/users`. For apps that do not know the path by which a listener rule reaches them.
   *
   * Default: `''`, nothing is taken off.
   */
  readonly basePath?: string | undefined
  /**
   * Where the adapter's own warnings and errors go: anything with `warn(entry, message)` and
   * `error(entry, message)`, such as a pino logger; `false` for nowhere.
   *
   * Default: `true`, one line of JSON for each on the console.
   */
  readonly logger?: Logger | boolean | undefined
  /**
   * Called before the app with the request and response that the app will get, for example to put
   * something from the event on `req`. If it ends the response, the app is not called; if it throws,
   * the client gets a 500.
   */
  readonly onRequest?:
    | ((req: IncomingMessage, res: ServerResponse, invocation: Invocation) => void | Promise<void>)
    | undefined
  /**
   * Called with each complete response of the app, and may return another in its place. If it throws,
   * the client gets a 500.
   */
  readonly onResponse?: ResponseHook | undefined
}

/** Options with every default filled in. */
export type Settings = Defaults &
  Pick<HandlerOptions, 'onRequest' | 'onResponse'> & {
    /** Whether a warning that is given once has been given. */
    warned?: boolean
  }

type Defaults = {
  readonly [Name in Exclude<keyof HandlerOptions, 'onRequest' | 'onResponse'>]-?: Exclude<
    HandlerOptions[Name],
    undefined
  >
}

/** What an option must be (one of the values and types named, or what the test says), and its default. */
type Rule = readonly [
  expected: string,
  test?: (value: never) => unknown,
  /** When left out: the first value named, if any. */
  initial?: unknown,
]

const RULES: Readonly<Record<string, Rule>> = {
  __proto__: null as never,
  peerAddress: ['an IP address', (it) => process.getBuiltinModule('node:net').isIP(it), '10.0.0.2'],
  healthCheck: ["'app' or 'answer'"],
  deadlineMarginMs: ['milliseconds', (it) => Number.isFinite(it) && it >= 0, 250],
  oversize: ["'compress' or 'refuse' or a function"],
  singleValueCookies: ["'case-variants' or 'last-only'"],
  valueOrder: ["'keep' or 'reverse'"],
  basePath: ["a path like '/api'", (it) => /^(\/[^?#]*[^?#/])?$/.test(it) && it === String(it), ''],
  logger: ['a boolean or a logger', (it: Partial<Logger> | null) => it?.warn && it.error, true],
  onRequest: ['a function'],
  onResponse: ['a function'],
}

/**
 * The settings that `options` stand for.
 *
 * @throws ExpressAlbError `INVALID_OPTION`, naming option, value and remedy
 */
export function toSettings(options: HandlerOptions): Settings {
  if (typeof options !== 'object' || !options) {
    throw invalid('INVALID_OPTION', 'options', options, 'an object')
  }
  const settings: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(options)) {
    const [expected, test] = RULES[name] ?? [`left out; there are ${Object.keys(RULES).join(', ')}`]
    const kind = typeof value === 'string' ? `'${value}'` : `a ${typeof value}`
    if (value !== undefined && !expected.split(' or ').includes(kind) && !test?.(value as never)) {
      throw invalid('INVALID_OPTION', `Option ${name}`, value, expected)
    }
    settings[name] = value
  }
  for (const name in RULES) {
    const [expected, , initial] = RULES[name] as Rule
    settings[name] ??= initial ?? expected.split("'")[1]
  }
  return settings as unknown as Settings
}
