import type { IncomingMessage, ServerResponse } from 'node:http'
import { isIP } from 'node:net'
import { describe, ExpressAlbError } from './errors.js'
import type { AppResponse } from './app-response.js'
import type { Invocation } from './invocation.js'
import { consoleLogger, type Logger } from './log.js'

/** How a response that is too large for an ALB is answered instead. */
export type OversizeHook = (
  response: AppResponse,
  invocation: Invocation,
) => AppResponse | undefined | Promise<AppResponse | undefined>

/** Everything that can be set about a handler. All of it is optional and read once. */
export interface HandlerOptions {
  /**
   * The address that `req.socket.remoteAddress` shows: the load balancer's, as on EC2. Whatever
   * `trust proxy` setting was right there then gives the same `req.ip` here. Set it to an address of
   * your load balancer's subnets when the app trusts those by their numbers.
   *
   * Default: `'10.0.0.1'`, which `uniquelocal`, hop counts and `true` cover.
   */
  readonly peerAddress?: string
  /**
   * What happens to the load balancer's health checks. `'app'` shows them to the app as requests
   * (without `host` and `X-Forwarded-*`, as the ALB sends them); `'answer'` answers 200 without the
   * app, not even loading it.
   *
   * Default: `'app'`.
   */
  readonly healthCheck?: 'app' | 'answer'
  /**
   * How many milliseconds before Lambda's deadline an unfinished response is answered with 504, so
   * that the answer and the log line get out. When an invocation has less than twice this left, half
   * of what is left is taken.
   *
   * Default: `250`.
   */
  readonly deadlineMarginMs?: number
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
  readonly oversize?: 'compress' | 'refuse' | OversizeHook
  /**
   * How several cookies in one response travel in single-value mode. `'case-variants'` gives each its
   * own spelling of the name (`Set-Cookie`, `set-cookie`, …), which ALBs pass on although AWS does not
   * promise it; `'last-only'` sends the last, which is all AWS promises. Either way one warning is
   * logged: multi-value mode is the right setting.
   *
   * Default: `'case-variants'`.
   */
  readonly singleValueCookies?: 'case-variants' | 'last-only'
  /**
   * The order in which repeated response fields (in practice `Set-Cookie`) are given to the load
   * balancer. ALBs have been seen to reverse it, while AWS calls it unspecified. `'keep'` leaves the
   * app's order; `'reverse'` turns it round, so that a reversing load balancer restores it.
   *
   * Default: `'keep'`.
   */
  readonly valueOrder?: 'keep' | 'reverse'
  /**
   * A path that is taken off the front of `req.url`, at a segment's end: with `'/api'` the app sees
   * `/users` for `/api/users`. For apps that do not know the path by which a listener rule reaches them.
   *
   * Default: `''`, nothing is taken off.
   */
  readonly basePath?: string
  /**
   * Where the adapter's own warnings and errors go: anything with `warn(entry, message)` and
   * `error(entry, message)`, such as a pino logger; `false` for nowhere.
   *
   * Default: one line of JSON for each on the console.
   */
  readonly logger?: Logger | false
  /**
   * Called before the app with the request and response that the app will get, for example to put
   * something from the event on `req`. If it ends the response, the app is not called; if it throws,
   * the client gets a 500.
   */
  readonly onRequest?: (
    req: IncomingMessage,
    res: ServerResponse,
    invocation: Invocation,
  ) => void | Promise<void>
  /**
   * Called with each complete response of the app, and may return another in its place. If it throws,
   * the client gets a 500.
   */
  readonly onResponse?: (
    response: AppResponse,
    invocation: Invocation,
  ) => AppResponse | undefined | void | Promise<AppResponse | undefined | void>
}

/** Options with every default filled in. */
export type Settings = Required<Omit<HandlerOptions, 'onRequest' | 'onResponse'>> &
  Pick<HandlerOptions, 'onRequest' | 'onResponse'>

const DEFAULTS: Settings = {
  peerAddress: '10.0.0.1',
  healthCheck: 'app',
  deadlineMarginMs: 250,
  oversize: 'compress',
  singleValueCookies: 'case-variants',
  valueOrder: 'keep',
  basePath: '',
  logger: consoleLogger,
}

interface Rule {
  readonly holds: (value: unknown) => boolean
  /** What the value must be, to follow "must be". */
  readonly expected: string
}

const isFunction = (value: unknown): boolean => typeof value === 'function'
const oneOf = (...names: string[]): Rule => ({
  holds: (value) => typeof value === 'string' && names.includes(value),
  expected: names.map((name) => `'${name}'`).join(' or '),
})

const RULES: Readonly<Record<keyof HandlerOptions, Rule>> = {
  peerAddress: {
    holds: (value) => typeof value === 'string' && isIP(value) !== 0,
    expected: "an IPv4 or IPv6 address without port, such as '10.0.0.1'",
  },
  healthCheck: oneOf('app', 'answer'),
  deadlineMarginMs: {
    holds: (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
    expected: 'a number of milliseconds, 0 or more',
  },
  oversize: {
    holds: (value) => value === 'compress' || value === 'refuse' || isFunction(value),
    expected: "'compress', 'refuse' or a function",
  },
  singleValueCookies: oneOf('case-variants', 'last-only'),
  valueOrder: oneOf('keep', 'reverse'),
  basePath: {
    holds: (value) => typeof value === 'string' && /^(?:\/[^?#]*[^?#/])?$/.test(value),
    expected: "a path that starts with '/' and does not end with it, such as '/api'",
  },
  logger: {
    holds: (value) =>
      value === false ||
      (typeof value === 'object' &&
        value !== null &&
        isFunction((value as Partial<Logger>).warn) &&
        isFunction((value as Partial<Logger>).error)),
    expected: 'false or an object with the functions warn and error',
  },
  onRequest: { holds: isFunction, expected: 'a function' },
  onResponse: { holds: isFunction, expected: 'a function' },
}

/**
 * The settings that `options` stand for.
 *
 * @throws ExpressAlbError `INVALID_OPTION`, naming option, value and remedy
 */
export function toSettings(options: HandlerOptions): Settings {
  if (typeof options !== 'object' || options === null) {
    throw new ExpressAlbError(
      'INVALID_OPTION',
      `The second argument of createHandler is ${describe(options)}; it must be an object of options.`,
    )
  }
  const given: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(RULES, name)) {
      throw new ExpressAlbError('INVALID_OPTION', `There is no option "${name}". ${suggest(name)}`)
    }
    if (value === undefined) continue
    const rule = RULES[name as keyof HandlerOptions]
    if (!rule.holds(value)) {
      throw new ExpressAlbError(
        'INVALID_OPTION',
        `Option ${name} is ${describe(value)}; it must be ${rule.expected}.`,
      )
    }
    given[name] = value
  }
  return { ...DEFAULTS, ...given }
}

function suggest(name: string): string {
  const letters = (text: string): string => text.toLowerCase().replace(/[^a-z]/g, '')
  const wanted = letters(name)
  const names = Object.keys(RULES)
  const near = names.find(
    (known) => letters(known).startsWith(wanted) || wanted.startsWith(letters(known)),
  )
  return near === undefined ? `The options are ${names.join(', ')}.` : `Did you mean "${near}"?`
}
