import type { IncomingMessage, ServerResponse } from 'node:http'
import fc from 'fast-check'

/** How an app answers. */
export interface Answer {
  readonly status: number
  readonly phrase: string | undefined
  readonly fields: readonly (readonly [name: string, value: string | readonly string[]])[]
  /** Whether `writeHead` gets the fields, or `setHeader`. */
  readonly atOnce: boolean
  readonly withoutDate: boolean
  readonly trailers: readonly (readonly [name: string, value: string])[]
  readonly hint: boolean
  /** Where the app destroys the response instead of ending it, if it does; `never`: it does neither. */
  readonly hangUp: 'before' | 'within' | 'never' | undefined
  readonly pieces: readonly { readonly data: string | Buffer; readonly pause: boolean }[]
}

const value = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('', '1', 'a, b', 'max-age=0', '"tag"', 'a b') },
  // The bytes of UTF-8 text, as apps write them, and bytes that are none.
  { weight: 1, arbitrary: fc.constantFrom('Ã©', 'caf\xE9') },
)
const field = fc.oneof(
  fc.tuple(
    fc.constantFrom('X-A', 'x-b', 'Vary', 'Link', 'ETag', 'Cache-Control', '__proto__', '12'),
    fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 3 })),
  ),
  fc.tuple(
    fc.constant('Set-Cookie'),
    fc.uniqueArray(fc.constantFrom('a=1', 'b=2; Path=/; HttpOnly', 'c=', 'd="x"'), {
      minLength: 1,
    }),
  ),
  fc.tuple(
    fc.constant('Location'),
    fc.constantFrom('/', 'next', '../up?x#y', '//cdn.example/x', 'https://example.org/', '?q=1'),
  ),
  fc.tuple(
    fc.constantFrom('Content-Type'),
    fc.constantFrom('text/plain', 'application/json', 'image/png'),
  ),
  fc.tuple(fc.constant('Content-Encoding'), fc.constantFrom('gzip', 'identity')),
  fc.tuple(fc.constant('Connection'), fc.constantFrom('keep-alive', 'close', 'X-A')),
  fc.tuple(fc.constant('Server'), fc.constant('mine')),
  fc.tuple(fc.constant('Date'), fc.constant('Thu, 01 Jan 1970 00:00:00 GMT')),
)

const data = fc.oneof(
  fc.constantFrom('', 'text', 'é€😀', '\u0000\u0001', '\uD83D'),
  fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
  fc.integer({ min: 10_000, max: 100_000 }).map((length) => Buffer.alloc(length, 'ab\xFF')),
)

export const anyAnswer: fc.Arbitrary<Answer> = fc.record({
  status: fc.constantFrom(200, 200, 201, 204, 206, 301, 302, 304, 404, 418, 500, 503, 599),
  phrase: fc.option(fc.constantFrom('Fine', "It's Odd?", 'caf\xE9'), { nil: undefined }),
  fields: fc.uniqueArray(field, { selector: ([name]) => name, maxLength: 6 }),
  atOnce: fc.boolean(),
  withoutDate: fc.boolean(),
  trailers: fc.array(fc.tuple(fc.constant('X-Sum'), fc.constant('1')), { maxLength: 1 }),
  hint: fc.boolean(),
  hangUp: fc.option(fc.constantFrom('before' as const, 'within' as const), {
    nil: undefined,
    freq: 8,
  }),
  pieces: fc.array(fc.record({ data, pause: fc.boolean() }), { maxLength: 4 }),
})

/** An app that never answers: not among the others, for it takes all the time there is. */
export const NO_ANSWER: Answer = {
  status: 200,
  phrase: undefined,
  fields: [],
  atOnce: false,
  withoutDate: false,
  trailers: [],
  hint: false,
  hangUp: 'never',
  pieces: [],
}

export async function write(
  answer: Answer,
  { method }: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  if (answer.hangUp === 'never') return
  if (answer.hangUp === 'before') {
    res.destroy()
    return
  }
  if (answer.hint) res.writeProcessing()
  if (answer.withoutDate) res.sendDate = false
  if (answer.phrase !== undefined) res.statusMessage = answer.phrase
  if (answer.atOnce) {
    const fields = answer.fields.map(([name, held]) => [name, held])
    res.writeHead(answer.status, Object.fromEntries(fields) as Record<string, string>)
  } else {
    res.statusCode = answer.status
    for (const [name, held] of answer.fields) res.setHeader(name, held)
  }
  for (const [i, { data: piece, pause }] of answer.pieces.entries()) {
    // Node writes the head in the encoding of the first piece: characters beyond ASCII as UTF-8 before a string.
    res.write(i === 0 ? Buffer.from(piece as string) : piece)
    if (pause) await new Promise(setImmediate)
  }
  // Without a body the answer is whole once its head is sent.
  if (answer.hangUp === 'within' && method !== 'HEAD' && ![204, 304].includes(answer.status)) {
    res.destroy()
    return
  }
  res.addTrailers(Object.fromEntries(answer.trailers))
  res.end()
}
