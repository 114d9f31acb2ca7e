import { Buffer } from 'node:buffer'
import { finished, Readable } from 'node:stream'
import onFinished from 'on-finished'
import { describe, expect, it } from 'vitest'
import {
  codeOf,
  eventsIn,
  expectSameTrace,
  REQUEST_EVENTS,
  type Scenario,
  type TraceOptions,
} from '../../helpers/event-trace.js'
import { FRAMES } from '../../helpers/response-frames.js'
import type { WireRequest } from '../../helpers/response-wire.js'

interface Case {
  readonly title: string
  readonly scenario: Scenario
}

const POST: WireRequest = {
  method: 'POST',
  headers: { 'content-type': 'application/octet-stream' },
  body: Buffer.alloc(5_000, 'p'),
}

/** Apps that never look at the body; GET requests have none. */
const UNREAD: readonly Case[] = [
  {
    title: 'end with a body',
    scenario: (_req, res, note) => {
      note('called')
      res.end('x', () => note('end callback'))
      note('end returned')
    },
  },
  {
    title: 'end without a body',
    scenario: (_req, res, note) => {
      res.end(() => note('end callback'))
      note('end returned')
    },
  },
  {
    title: 'end in a microtask',
    scenario: async (_req, res, note) => {
      await Promise.resolve()
      res.end('x', () => note('end callback'))
      note('end returned')
    },
  },
  {
    title: 'end on the next tick',
    scenario: (_req, res, note) => {
      process.nextTick(() => {
        res.end('x', () => note('end callback'))
        note('end returned')
      })
    },
  },
  {
    title: 'end in setImmediate',
    scenario: (_req, res, note) => {
      setImmediate(() => {
        res.end('x', () => note('end callback'))
        note('end returned')
      })
    },
  },
  {
    title: 'end after a timer',
    scenario: (_req, res, note) => {
      setTimeout(() => {
        res.end('x', () => note('end callback'))
        note('end returned')
      }, 3)
    },
  },
  {
    title: 'write and end in one tick',
    scenario: (_req, res, note) => {
      res.write('a', () => note('write callback'))
      note('written')
      res.end('b', () => note('end callback'))
      note('end returned')
    },
  },
  {
    title: 'writes over several turns',
    scenario: (_req, res, note) => {
      res.write('a', () => note('write callback 1'))
      note('written 1')
      setImmediate(() => {
        res.write('b', () => note('write callback 2'))
        note('written 2')
        setImmediate(() => {
          res.end(() => note('end callback'))
          note('end returned')
        })
      })
    },
  },
  {
    title: 'a head flushed before',
    scenario: (_req, res, note) => {
      res.flushHeaders()
      note('flushed')
      setImmediate(() => {
        res.end('x', () => note('end callback'))
        note('end returned')
      })
    },
  },
  {
    title: 'a stream piped in',
    scenario: (_req, res, note) => {
      Readable.from(['a', 'b', 'c'])
        .on('end', () => note('source end'))
        .pipe(res)
    },
  },
  {
    title: 'a head only, with 204',
    scenario: (_req, res, note) => {
      res.writeHead(204).end(() => note('end callback'))
      note('end returned')
    },
  },
  {
    title: 'a head only, with 304',
    scenario: (_req, res, note) => {
      res.writeHead(304).end()
      note('end returned')
    },
  },
  {
    title: 'Connection: close',
    scenario: (_req, res, note) => {
      res.setHeader('Connection', 'close')
      res.end('x', () => note('end callback'))
      note('end returned')
    },
  },
  {
    title: 'stream.finished on the response',
    scenario: (_req, res, note) => {
      finished(res, (error) => note(`finished ${codeOf(error)}`))
      setImmediate(() => {
        res.end('x')
        note('end returned')
      })
    },
  },
  {
    title: 'stream.finished on a response that is over',
    scenario: (_req, res, note) => {
      res.on('close', () => {
        setImmediate(() => finished(res, (error) => note(`finished ${codeOf(error)}`)))
      })
      res.end('x')
    },
  },
  {
    title: 'on-finished on the response, before and after the end',
    scenario: (_req, res, note) => {
      onFinished(res, (error) => note(`on-finished ${codeOf(error)}`))
      note(`is finished: ${String(onFinished.isFinished(res))}`)
      res.end('x')
      note(`is finished: ${String(onFinished.isFinished(res))}`)
      res.on('close', () => onFinished(res, () => note('on-finished late')))
    },
  },
]

const METHODS: readonly (readonly [name: string, options: TraceOptions])[] = [
  ['GET', {}],
  ['HEAD', { request: { method: 'HEAD' } }],
  // Whether a request is complete by some moment is a matter of packets when it has a body.
  ['POST with a body', { request: POST, states: 'response' }],
  ['POST with an empty body', { request: { method: 'POST', headers: { 'content-length': '0' } } }],
]

describe.each(METHODS)(
  'the events of a response to %s that leaves the request alone',
  (_name, options) => {
    it.each(UNREAD)('come in the real order and state: $title', async ({ scenario }) => {
      const trace = await expectSameTrace(scenario, options)
      expect(eventsIn(trace)).toEqual(
        expect.arrayContaining(['res prefinish', 'res finish', 'res close']),
      )
    })

    it.each(UNREAD)('and those of the request beside them: $title', async ({ scenario }) => {
      const trace = await expectSameTrace(scenario, { ...options, ofRequest: REQUEST_EVENTS })
      expect(eventsIn(trace)).toEqual(expect.arrayContaining(['req end', 'req close', 'res close']))
    })
  },
)

describe('the events of a response whose request is listened to for close only', () => {
  it.each(UNREAD)('come in the real order and state: $title', async ({ scenario }) => {
    for (const request of [{}, POST]) {
      const options: TraceOptions = { request, states: 'response', ofRequest: ['close'] }
      const trace = await expectSameTrace(scenario, options)
      expect(eventsIn(trace)).toContain('req close')
    }
  })
})

/** Apps that read the request. */
const READING: readonly Case[] = [
  {
    title: 'data and end listeners',
    scenario: (req, res, note) => {
      let length = 0
      req.on('data', (piece: Buffer) => {
        length += piece.length
      })
      req.on('end', () => {
        note(`read ${length}`)
        res.end('x', () => note('end callback'))
        note('end returned')
      })
    },
  },
  {
    title: 'for await',
    scenario: async (req, res, note) => {
      let length = 0
      for await (const piece of req) length += (piece as Buffer).length
      note(`read ${length}`)
      res.end('x')
      note('end returned')
    },
  },
  {
    title: 'readable and read()',
    scenario: (req, res, note) => {
      req.on('readable', () => {
        while (req.read() !== null);
      })
      req.on('end', () => {
        note('read')
        res.end('x')
      })
    },
  },
  {
    title: 'an echo by pipe',
    scenario: (req, res) => {
      req.pipe(res)
    },
  },
  {
    title: 'resume and an answer at once',
    scenario: (req, res, note) => {
      req.resume()
      res.end('x')
      note('end returned')
    },
  },
  {
    title: 'an answer before a listener that comes late',
    scenario: (req, res, note) => {
      res.end('x')
      req.on('data', () => note('data'))
      note('end returned')
    },
  },
  {
    title: 'a pause, a listener and an answer: nobody hears what is left',
    scenario: (req, res, note) => {
      req.pause()
      req.on('data', () => note('data'))
      res.end('x')
    },
  },
  {
    title: 'a body read only after a while',
    scenario: (req, res, note) => {
      setTimeout(() => {
        req.on('data', () => {})
        req.on('end', () => {
          note('read')
          res.end('x')
        })
      }, 3)
    },
  },
  {
    title: 'a pause in the middle and an answer',
    scenario: (req, res, note) => {
      req.once('data', () => {
        req.pause()
        note('paused')
        setImmediate(() => res.end('x'))
      })
      req.on('end', () => res.end('x'))
    },
  },
  {
    title: 'stream.finished on the request',
    scenario: (req, res, note) => {
      finished(req, (error) => note(`finished ${codeOf(error)}`))
      req.resume()
      req.on('end', () => res.end('x'))
    },
  },
  {
    title: 'stream.finished on a request that is over',
    scenario: (req, res, note) => {
      res.on('close', () => {
        setImmediate(() => finished(req, (error) => note(`finished ${codeOf(error)}`)))
      })
      res.end('x')
    },
  },
  {
    title: 'on-finished on the request',
    scenario: (req, res, note) => {
      onFinished(req, (error) => note(`on-finished ${codeOf(error)}`))
      note(`is finished: ${String(onFinished.isFinished(req))}`)
      res.end('x')
      res.on('close', () => {
        setImmediate(() => note(`is finished: ${String(onFinished.isFinished(req))}`))
      })
    },
  },
  {
    title: 'the state of a request that nobody touched, afterwards',
    scenario: (_req, res, note) => {
      res.end('x')
      res.on('close', () => {
        setImmediate(() => note('later'))
      })
    },
  },
]

const WATCHED: readonly (readonly [name: string, options: TraceOptions])[] = [
  ['only the response watched', {}],
  ['everything watched', { ofRequest: REQUEST_EVENTS }],
]

describe.each(METHODS)('the events of %s', (_name, options) => {
  describe.each(WATCHED)('with %s', (_watched, watched) => {
    it.each(READING)('come in the real order and state: $title', async ({ scenario }) => {
      await expectSameTrace(scenario, { ...options, ...watched })
    })
  })
})

describe.each(FRAMES)('under $around', ({ wrap }) => {
  it('the order is prefinish, end returns, finish and callback of end, close, end and close of the request', async () => {
    const trace = await expectSameTrace(
      (_req, res, note) => {
        res.end('x', () => note('end callback'))
        note('end returned')
      },
      { ofRequest: REQUEST_EVENTS, wrap },
    )
    // Node 24 calls the callback of end before the listeners for 'finish' that came earlier.
    const finishing = ['res finish', 'end callback']
    const events = eventsIn(trace).filter((event) => !finishing.includes(event))
    expect(events).toEqual(['res prefinish', 'end returned', 'res close', 'req end', 'req close'])
    expect(eventsIn(trace).slice(2, 4).toSorted()).toEqual(finishing.toSorted())
  })

  it('the socket is one and the same, and leaves the response when it is finished', async () => {
    const trace = await expectSameTrace(
      (req, res, note) => {
        note(`same socket: ${String(res.socket === req.socket)}`)
        note(`req of res: ${String(res.req === req)}`)
        res.on('finish', () => note(`socket in finish: ${String(res.socket === null)}`))
        res.on('close', () => note(`socket of the request: ${String(req.socket.destroyed)}`))
        res.end('x')
      },
      { wrap },
    )
    expect(eventsIn(trace)).toEqual(
      expect.arrayContaining(['same socket: true', 'req of res: true', 'socket in finish: true']),
    )
  })
})

describe('between the events', () => {
  it('ticks and turns of the event loop pass as on a real server', async () => {
    const trace = await expectSameTrace(
      (_req, res, note) => {
        res.on('finish', () => {
          process.nextTick(() => note('tick after finish'))
          setImmediate(() => note('turn after finish'))
        })
        res.on('close', () => {
          process.nextTick(() => note('tick after close'))
        })
        res.end('x')
        process.nextTick(() => note('tick after end'))
        setImmediate(() => note('turn after end'))
      },
      { states: 'none' },
    )
    expect(trace.indexOf('res close')).toBeLessThan(trace.indexOf('turn after end'))
  })

  it.each([
    ['at once', (respond: () => void) => respond()],
    ['later', (respond: () => void) => setImmediate(respond)],
  ])(
    'writableFinished turns true as on a real server, when the app ends %s',
    async (_when, when) => {
      const trace = await expectSameTrace(
        (_req, res, note) => {
          const look = (at: string): void => {
            note(`${at}: ${String(res.writableFinished)}`)
          }
          when(() => {
            look('at first')
            res.write('a')
            look('written')
            res.on('prefinish', () => look('prefinish'))
            res.on('finish', () => look('finish'))
            res.end('b')
            look('ended')
            process.nextTick(() => look('next tick'))
          })
        },
        { states: 'none', ofResponse: [] },
      )
      expect(trace[0]).toBe('at first: false')
      expect(trace).toContain('finish: true')
    },
  )
})
