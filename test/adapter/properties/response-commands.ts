import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import fc from 'fast-check'

/** Notes what a callback or an event tells, at the time it does. */
export type Note = (what: string) => void

/** One call on a response. */
export interface Command {
  readonly call: (res: ServerResponse, note: Note) => unknown
  /** The call as it would stand in a program. */
  readonly shown: string
}

const NAMES = [
  'X-A',
  'x-a',
  'X-B',
  'Vary',
  'Link',
  'Set-Cookie',
  'Content-Type',
  'ETag',
  '__proto__',
  'Server',
  'Cache-Control',
  '7',
]
// ASCII only: Node writes other characters of a head now as Latin-1, now as UTF-8, by the first piece.
const VALUES = ['', '1', 'a, b', 'x=1; Path=/', 'text/html', '"tag"']
const BAD_NAMES = ['', 'a b', 'é', 'a:']
const BAD_VALUES = ['a\nb', '\u0000', '\u{1F600}', undefined]

const show = (given: unknown): string =>
  typeof given === 'string' && given.length > 100
    ? `'${given[0]}'.repeat(${given.length})`
    : (JSON.stringify(given) ?? 'undefined')

// Node appends to the very array it was given.
const copyOf = <T>(given: T): T => (Array.isArray(given) ? ([...given] as T) : given)

/** A command of a method and arbitraries of its arguments. */
function called(method: string, ...given: readonly fc.Arbitrary<unknown>[]): fc.Arbitrary<Command> {
  return fc.tuple(...given).map((args) => ({
    call: (res) => {
      const untyped = res as unknown as Record<string, (...values: unknown[]) => unknown>
      return untyped[method]?.(...args.map(copyOf))
    },
    shown: `${method}(${args.map(show).join(', ')})`,
  }))
}

function assigned(member: string, given: fc.Arbitrary<unknown>): fc.Arbitrary<Command> {
  return given.map((value) => ({
    call: (res) => {
      Object.assign(res, { [member]: value })
    },
    shown: `${member} = ${show(value)}`,
  }))
}

const name = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 1, arbitrary: fc.constantFrom(...BAD_NAMES) },
)
const oneValue = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom<unknown>(...VALUES, 0, 42) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(...BAD_VALUES) },
)
const value = fc.oneof(oneValue, fc.array(fc.constantFrom(...VALUES), { maxLength: 3 }))
const pairs = fc.array(fc.tuple(name, value), { maxLength: 3 })
// Lines of one name in two spellings may come in another order between them.
const flatPairs = fc
  .array(
    fc.tuple(
      name.filter((one) => one !== 'x-a'),
      oneValue,
    ),
    { maxLength: 3 },
  )
  .map((list) => list.flat())
const status = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(200, 201, 204, 206, 299, 301, 304, 404, 418, 500, 599) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(99, 1000, 'x', undefined) },
)
const phrase = fc.constantFrom('OK', 'All Is Well', "It's Odd?")

const HEAD = fc.oneof(
  called('setHeader', name, value),
  called('appendHeader', name, fc.oneof(oneValue, fc.array(fc.constantFrom(...VALUES)))),
  called('removeHeader', name),
  called(
    'setHeaders',
    pairs.map((list) => new Map(list as [string, string][])),
  ),
  assigned('statusCode', fc.constantFrom(200, 201, 204, 304, 404, 503)),
  assigned('statusMessage', phrase),
  called('writeHead', status),
  called(
    'writeHead',
    status,
    pairs.map((list) => Object.fromEntries(list)),
  ),
  called('writeHead', status, phrase, flatPairs),
  called('writeHead', status, flatPairs),
  called('flushHeaders'),
  called('getHeader', name),
  called('getHeaderNames'),
  called('hasHeader', name),
  called('addTrailers', fc.constant({ 'X-Sum': '1' })),
  assigned('sendDate', fc.constant(false)),
  assigned('shouldKeepAlive', fc.constant(false)),
  called('setHeader', fc.constant('Transfer-Encoding'), fc.constant('chunked')),
  called('setHeader', fc.constant('Connection'), fc.constantFrom('X-C', 'close')),
)

// Behind the head Node writes them into the body.
const INTERIM = fc
  .oneof(
    called('writeContinue'),
    called('writeProcessing'),
    called('writeEarlyHints', fc.constantFrom<unknown>({ link: '</a.css>; rel=preload' }, {})),
  )
  .map(({ call, shown }): Command => ({
    call: (res, note) => (res.headersSent ? undefined : call(res, note)),
    shown,
  }))

const piece = fc.oneof(
  fc.constantFrom<string | Buffer>('', 'text', 'caf\u00E9', '\u{1F600}', '\uD83D', '0\r\n\r\n'),
  fc.uint8Array({ maxLength: 12 }).map((array) => Buffer.from(array)),
  fc.constantFrom('x'.repeat(20_000), Buffer.alloc(40_000, 'yz')),
)
const badPiece = fc.constantFrom<unknown>(null, undefined, 7, {})
const encoding = fc.constantFrom<BufferEncoding>('utf8', 'latin1', 'ucs2', 'ascii')

/** A call of `write` or `end` that may have an encoding and a callback. */
const sending = (method: 'write' | 'end', data: fc.Arbitrary<unknown>): fc.Arbitrary<Command> =>
  fc
    .tuple(data, fc.option(encoding, { nil: undefined }), fc.boolean())
    .map(([chunk, code, withCallback]) => ({
      call: (res, note) => {
        const args = [chunk, ...(typeof chunk === 'string' && code !== undefined ? [code] : [])]
        const callback = (error?: Error | null): void => {
          // Left out: after destroy() Node calls back with an error, the adapter with none (docs/compatibility.md).
          note(`called back${res.destroyed ? '' : `: ${error ? codeOf(error) : 'done'}`}`)
        }
        const untyped = res as unknown as Record<string, (...values: unknown[]) => unknown>
        const returned = untyped[method]?.(...args, ...(withCallback ? [callback] : []))
        return method === 'write' ? returned : returned === res
      },
      shown: `${method}(${show(chunk)}, ${code}${withCallback ? ', callback' : ''})`,
    }))

const BODY = fc.oneof(
  { weight: 8, arbitrary: sending('write', piece) },
  { weight: 1, arbitrary: sending('write', badPiece) },
  { weight: 1, arbitrary: called('cork') },
  {
    weight: 1,
    // One uncork() too many makes Node lose what is written afterwards.
    arbitrary: fc.constant({
      call: (res: ServerResponse) => (res.writableCorked > 0 ? res.uncork() : undefined),
      shown: 'uncork()',
    }),
  },
)

const chunks = fc.array(
  piece.filter((one) => one.length > 0),
  { maxLength: 3 },
)
const LAST = fc.oneof(
  { weight: 4, arbitrary: sending('end', fc.option(piece, { nil: undefined })) },
  {
    weight: 2,
    arbitrary: chunks.map((list) => ({
      call: async (res: ServerResponse) => {
        uncorkAll(res)
        await pipeline(Readable.from(list, { objectMode: false }), res)
      },
      shown: `pipeline(${show(list)}, res)`,
    })),
  },
  {
    weight: 1,
    arbitrary: chunks.map((list) => ({
      call: async (res: ServerResponse) => {
        if (isBodyless(res)) return
        const failing = async function* (): AsyncGenerator<string | Buffer> {
          yield* list
          throw new Error('source')
        }
        uncorkAll(res)
        await pipeline(Readable.from(failing()), res)
      },
      shown: `pipeline(${show(list)} and an error, res)`,
    })),
  },
  {
    weight: 1,
    arbitrary: fc.constant({
      call: (res: ServerResponse) => (isBodyless(res) ? undefined : res.destroy()),
      shown: 'destroy()',
    }),
  },
)

/** Mostly what makes a response, in an order that mostly makes sense. */
export const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  { weight: 12, arbitrary: HEAD },
  { weight: 1, arbitrary: INTERIM },
  { weight: 8, arbitrary: BODY },
  { weight: 2, arbitrary: LAST },
)

/** Whether the answer has no body: on the wire it may be whole before it is destroyed, in a function it is not. */
function isBodyless({ req, statusCode }: ServerResponse): boolean {
  return req.method === 'HEAD' || statusCode === 204 || statusCode === 304
}

/** Below a cork no stream gets through. */
export function uncorkAll(res: ServerResponse): void {
  while (res.writableCorked > 0) res.uncork()
}

export function codeOf(error: unknown): string {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  return String(code ?? message ?? error)
}
