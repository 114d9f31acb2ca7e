import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises'
import { PassThrough, Readable, Transform, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { describe, expect, it } from 'vitest'
import { createHandler } from 'express-alb'
import { createAlbEvent, createLambdaContext, type AlbEventInit } from 'express-alb/testing'
import { within } from '../../helpers/deadline.js'
import { EXPRESSES_IN_MODES, MODES } from '../../helpers/modes.js'
import { lookBothWays, lookThroughAdapter, type Look } from '../../helpers/two-ways.js'
import { sendToTarget, toWire } from '../../helpers/target.js'

const EVENT_DEADLINE_MS = 2_000

const tick = (): Promise<void> =>
  new Promise((resolve) => {
    process.nextTick(resolve)
  })

const TEXT = 'Zwölf Boxkämpfer 😀 '.repeat(5_000)

/** Without a hundred kilobytes of text in the message when it fails. */
function expectText(text: string): void {
  expect([text.length, text === TEXT]).toEqual([TEXT.length, true])
}

const ended = async (req: IncomingMessage): Promise<void> => {
  await within(EVENT_DEADLINE_MS, "'end' of the request", once(req, 'end'))
}

/** Every way of reading that apps and middleware use; each gives the text it read. */
const STYLES: [string, Look<string>][] = [
  [
    'for await',
    async (req) => {
      const pieces: Buffer[] = []
      for await (const piece of req) pieces.push(piece as Buffer)
      return Buffer.concat(pieces).toString()
    },
  ],
  [
    "'data' and 'end'",
    async (req) => {
      const pieces: Buffer[] = []
      req.on('data', (piece: Buffer) => pieces.push(piece))
      await ended(req)
      return Buffer.concat(pieces).toString()
    },
  ],
  [
    "'data' with an encoding",
    async (req) => {
      let text = ''
      req.setEncoding('utf8').on('data', (piece: string) => (text += piece))
      await ended(req)
      return text
    },
  ],
  [
    "'readable' and read()",
    async (req) => {
      const pieces: Buffer[] = []
      req.on('readable', () => {
        for (;;) {
          const piece = req.read() as Buffer | null
          if (piece === null) return
          pieces.push(piece)
        }
      })
      await ended(req)
      return Buffer.concat(pieces).toString()
    },
  ],
  [
    'read() of a few bytes at a time',
    async (req) => {
      const pieces: Buffer[] = []
      req.on('readable', () => {
        for (;;) {
          const piece = (req.read(7) ?? req.read()) as Buffer | null
          if (piece === null) return
          pieces.push(piece)
        }
      })
      await ended(req)
      return Buffer.concat(pieces).toString()
    },
  ],
  [
    'pipe',
    async (req) => {
      const pieces: Buffer[] = []
      const sink = new Writable({
        write(piece: Buffer, _encoding, done) {
          pieces.push(piece)
          done()
        },
      })
      req.pipe(sink)
      await within(EVENT_DEADLINE_MS, "'finish' of the sink", once(sink, 'finish'))
      return Buffer.concat(pieces).toString()
    },
  ],
  [
    'pipeline through a transform into a slow sink',
    async (req) => {
      const pieces: Buffer[] = []
      await within(
        EVENT_DEADLINE_MS,
        'end of the pipeline',
        pipeline(
          req,
          new Transform({
            transform(piece, _encoding, done) {
              done(null, piece)
            },
          }),
          new Writable({
            highWaterMark: 16,
            write(piece: Buffer, _encoding, done) {
              pieces.push(piece)
              setImmediate(done)
            },
          }),
        ),
      )
      return Buffer.concat(pieces).toString()
    },
  ],
  [
    'pause and resume',
    async (req) => {
      const pieces: Buffer[] = []
      req.on('data', (piece: Buffer) => {
        pieces.push(piece)
        req.pause()
        setImmediate(() => req.resume())
      })
      await ended(req)
      return Buffer.concat(pieces).toString()
    },
  ],
  [
    'listeners attached a turn late',
    async (req) => {
      await turn()
      const pieces: Buffer[] = []
      req.on('data', (piece: Buffer) => pieces.push(piece))
      await ended(req)
      return Buffer.concat(pieces).toString()
    },
  ],
  [
    'listeners attached some time late',
    async (req) => {
      await delay(10)
      const pieces: Buffer[] = []
      req.on('data', (piece: Buffer) => pieces.push(piece))
      await ended(req)
      return Buffer.concat(pieces).toString()
    },
  ],
  [
    'for await begun some time late',
    async (req) => {
      await delay(10)
      let text = ''
      for await (const piece of req.setEncoding('utf8')) text += String(piece)
      return text
    },
  ],
  [
    'a pause of some time in between',
    async (req) => {
      req.pause()
      await delay(5)
      const pieces: Buffer[] = []
      req.on('data', (piece: Buffer) => pieces.push(piece))
      await delay(5)
      req.resume()
      await ended(req)
      return Buffer.concat(pieces).toString()
    },
  ],
  [
    'Readable.toArray()',
    async (req) => Buffer.concat((await req.toArray()) as Buffer[]).toString(),
  ],
  [
    'a web stream',
    async (req) => {
      // `duplex` is Node's; a browser's types, which tests of the inspector need, do not know it.
      const init = { method: 'POST', body: Readable.toWeb(req) as ReadableStream, duplex: 'half' }
      return new Request('http://example.com', init).text()
    },
  ],
  [
    'unshift() of what was read too much',
    async (req) => {
      req.once('data', (first: Buffer) => {
        req.pause()
        req.unshift(first)
      })
      await turn()
      const pieces: Buffer[] = []
      for await (const piece of req) pieces.push(piece as Buffer)
      return Buffer.concat(pieces).toString()
    },
  ],
]

describe.each(MODES)('the body in %s-value mode', (mode) => {
  const event = createAlbEvent({ mode, method: 'POST', body: TEXT })

  it.each(STYLES)('can be read with %s', async (_name, style) => {
    expectText(await lookThroughAdapter(event, style))
  })

  it.each(STYLES.filter(([name]) => !name.startsWith('unshift')))(
    'ends without a byte when there is none, read with %s',
    async (_name, style) => {
      expect(await lookThroughAdapter(createAlbEvent({ mode }), style)).toBe('')
    },
  )

  it('can be piped into the response', async () => {
    const handler = createHandler((req, res) => {
      res.setHeader('content-type', 'text/plain')
      req.pipe(res)
    })
    expectText((await handler(event, createLambdaContext())).body)
  })
})

describe.each(EXPRESSES_IN_MODES)('$name in $mode-value mode', ({ express, mode }) => {
  it.each(STYLES)('reads the body with %s', async (_name, style) => {
    const event = createAlbEvent({ mode, method: 'POST', body: TEXT })
    const around = (last: Parameters<typeof sendToTarget>[0]) => express().use(last)
    expectText(await lookThroughAdapter(event, style, { around }))
  })
})

type Note = (what: string) => void

/** Deprecated, but read by apps and middleware all the same. */
const isAborted = (req: { aborted?: boolean }): boolean | undefined => req.aborted

/** What a request says of itself at one moment. */
const stateOf = (req: IncomingMessage): string =>
  [
    req.complete && 'complete',
    isAborted(req) === true && 'aborted',
    req.readable && 'readable',
    req.readableEnded && 'ended',
    req.readableDidRead && 'read',
    req.readableAborted && 'read aborted',
    req.destroyed && 'destroyed',
    req.closed && 'closed',
    req.errored && 'errored',
  ]
    .filter((one) => one !== false)
    .join(', ')

/** The life of one request in notes, from the listener's first line until it is closed. */
async function diary(
  exchange: (listener: (req: IncomingMessage, res: ServerResponse) => void) => Promise<unknown>,
  app: (req: IncomingMessage, res: ServerResponse, note: Note) => void,
  events: readonly string[],
): Promise<string[]> {
  const notes: string[] = []
  let request: IncomingMessage | undefined
  let closed = false
  await exchange((req, res) => {
    request = req
    const note: Note = (what) => {
      if (!closed) notes.push(`${what}: ${stateOf(req)}`)
    }
    for (const name of events) req.on(name, () => note(`req ${name}`))
    res.on('finish', () => note('res finish'))
    res.on('close', () => {
      note('res close')
      // What the end of the connection brings on a real server comes later.
      process.nextTick(() => {
        process.nextTick(() => {
          note('after')
          closed = true
        })
      })
    })
    note('first line')
    app(req, res, note)
    note('last line')
  })
  if (!closed || request === undefined) throw new Error("The response's 'close' did not come.")
  return notes
}

type App = (req: IncomingMessage, res: ServerResponse, note: Note) => void

/** Apps that answer when they have read the request to its end. */
const READING: [string, App][] = [
  [
    'reads to the end',
    (req, res, note) => {
      req.on('data', () => note('heard data'))
      req.on('end', () => {
        note('heard end')
        res.end('x')
      })
    },
  ],
  [
    'reads to the end and answers a turn later',
    (req, res) => {
      req.resume()
      req.on('end', () => setImmediate(() => res.end('x')))
    },
  ],
  ['pipes the body into the response', (req, res) => req.pipe(res)],
  ['pipes it through another stream', (req, res) => req.pipe(new PassThrough()).pipe(res)],
  [
    'reads with for await',
    (req, res, note) => {
      void (async () => {
        for await (const _piece of req) note('piece')
        note('no more')
        res.end('x')
      })()
    },
  ],
]

/** Apps that answer whether or not there is more to read. */
const NOT_READING: [string, App][] = [
  ['answers at once', (_req, res) => res.end('x')],
  ['answers in a tick', (_req, res) => process.nextTick(() => res.end('x'))],
  ['answers a turn later', (_req, res) => setImmediate(() => res.end('x'))],
  [
    'answers at once and reads on',
    (req, res, note) => {
      req.on('data', () => note('heard data'))
      req.on('end', () => note('heard end'))
      res.end('x')
    },
  ],
  [
    'lets the body flow unread',
    (req, res) => {
      req.resume()
      setImmediate(() => res.end('x'))
    },
  ],
  [
    'pauses and never reads',
    (req, res) => {
      req.pause()
      setImmediate(() => res.end('x'))
    },
  ],
]

/** What Node's server leaves unread as well, once there is something to read. */
const BREAKING_OFF: [string, App][] = [
  [
    "hears 'readable' only",
    (req, res, note) => {
      req.once('readable', () => {
        note('heard readable')
        res.end('x')
      })
    },
  ],
  [
    'breaks off a for await',
    (req, res, note) => {
      void (async () => {
        for await (const _piece of req.iterator({ destroyOnReturn: false })) break
        note('left off')
        res.end('x')
      })()
    },
  ],
]

const EVENTS = [['end', 'close', 'aborted', 'error'], ['close'], []]

async function expectSameDiary(init: AlbEventInit, app: App, toCompared: (note: string) => string) {
  for (const events of EVENTS) {
    const target = await diary(
      (run) => sendToTarget(run, toWire(createAlbEvent(init))),
      app,
      events,
    )
    for (const mode of MODES) {
      const adapter = await diary(
        (run) =>
          createHandler((req, res) => run(req, res))(
            createAlbEvent({ ...init, mode }),
            createLambdaContext(),
          ),
        app,
        events,
      )
      expect(adapter.map(toCompared), `listening to ${events.join()}`).toEqual(
        target.map(toCompared),
      )
    }
  }
}

describe('the life of a request', () => {
  it.each([...READING, ...NOT_READING, ...BREAKING_OFF])(
    'without a body is that of a real server when the app %s',
    async (_name, app) => {
      await expectSameDiary({ method: 'GET' }, app, (note) => note)
    },
  )

  // When a body arrives is the network's affair, so nothing before its end is compared but the order.
  it.each(READING)(
    'with a body has the order of a real server when the app %s',
    async (_name, app) => {
      await expectSameDiary({ method: 'POST', body: 'some bytes' }, app, (note) =>
        note.includes('ended') ? note : note.replace(/:.*/, ''),
      )
    },
  )

  it.each([
    ...NOT_READING.map(([name, app]) => ['comes to its end', name, app] as const),
    ...BREAKING_OFF.map(
      ([name, app]) => ['is left unread, as by a real server,', name, app] as const,
    ),
  ])('with a body %s when the app %s', async (end, _name, app) => {
    const seen: unknown[] = []
    const handler = createHandler((req, res) => {
      res.on('close', () =>
        setImmediate(() =>
          seen.push([req.complete, req.readableEnded, req.destroyed, isAborted(req), req.errored]),
        ),
      )
      app(req, res, () => {})
    })
    const answer = await handler(
      createAlbEvent({ method: 'POST', body: 'x' }),
      createLambdaContext(),
    )
    await turn()
    await turn()
    expect(answer.body).toBe('x')
    const isRead = end === 'comes to its end'
    expect(seen).toEqual([[true, isRead, isRead, false, null]])
  })

  it.each(['a promise', 'a tick'])(
    'is not over yet after %s of the listener, as on a real server',
    async (wait) => {
      const { adapter, target } = await lookBothWays(
        createAlbEvent({ method: 'POST', body: 'x' }),
        async (req) => {
          req.resume()
          await (wait === 'a tick' ? tick() : Promise.resolve())
          return [req.complete, req.readableEnded]
        },
      )
      expect(adapter).toEqual(target)
      expect(adapter).toEqual([false, false])
    },
  )

  it('can be destroyed after a promise of the listener, although it flows', async () => {
    const handler = createHandler(
      async (req, _res) => {
        req.on('error', () => {})
        req.resume()
        await Promise.resolve()
        req.destroy()
      },
      { logger: false },
    )
    const context = createLambdaContext({ timeoutMs: 2_000 })
    const { statusCode } = await handler(createAlbEvent({ method: 'POST', body: 'x' }), context)
    expect(statusCode).toBe(502)
  })

  it('is complete after the body has come, and never aborted', async () => {
    const seen = await lookThroughAdapter(
      createAlbEvent({ method: 'POST', body: 'x' }),
      async (req) => {
        const before = [req.complete, isAborted(req)]
        req.resume()
        await ended(req)
        return [before, [req.complete, isAborted(req)]]
      },
    )
    expect(seen).toEqual([
      [false, false],
      [true, false],
    ])
  })
})
