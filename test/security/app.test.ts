import type { RequestListener, ServerResponse } from 'node:http'
import express from 'express'
import { createHandler, getInvocation, type AlbResult, type HandlerOptions } from 'express-alb'
import { createAlbEvent, createLambdaContext } from 'express-alb/testing'
import { describe, expect, it, vi } from 'vitest'
import { MODES, type Mode } from '../helpers/modes.js'
import { behindAlb } from './behind-alb.js'

/** What would begin another header field, another response, or end a string somewhere below. */
const BREAKS = [
  '\r\nSet-Cookie: admin=1',
  '\nSet-Cookie: admin=1',
  '\r x',
  '\0',
  '\r\n\r\n<script>',
]

type Write = (res: ServerResponse, text: string) => void

/** Every way in which an app can write a header's value. */
const VALUES: Readonly<Record<string, Write>> = {
  setHeader: (res, text) => res.setHeader('x-a', text),
  'setHeader with an array': (res, text) => res.setHeader('x-a', ['a', text]),
  appendHeader: (res, text) => res.appendHeader('x-a', text),
  setHeaders: (res, text) => res.setHeaders(new Map([['x-a', text]])),
  'writeHead with an object': (res, text) => res.writeHead(200, { 'x-a': text }),
  'writeHead with an object after setHeader': (res, text) => {
    res.setHeader('x-b', '1').writeHead(200, { 'x-a': text })
  },
  'writeHead with a raw list': (res, text) => res.writeHead(200, ['x-a', text]),
  'writeHead with pairs': (res, text) => res.writeHead(200, [['x-a', text]] as never),
  'writeHead with pairs of lists': (res, text) =>
    res.writeHead(200, [['x-a', ['a', text]]] as never),
}

/** Every way in which it can write a name. */
const NAMES: Readonly<Record<string, Write>> = {
  setHeader: (res, text) => res.setHeader(`x${text}`, 'a'),
  appendHeader: (res, text) => res.appendHeader(`x${text}`, 'a'),
  'writeHead with an object': (res, text) => res.writeHead(200, { [`x${text}`]: 'a' }),
  'writeHead with a raw list': (res, text) => res.writeHead(200, [`x${text}`, 'a']),
  'writeHead with pairs': (res, text) => res.writeHead(200, [[`x${text}`, 'a']] as never),
}

/** Ways past Node's checks, which look at what is given and not at what becomes of it. */
const CHANGED_LATER: Readonly<Record<string, Write>> = {
  'an array that grows after setHeader': (res, text) => {
    const values = ['a']
    res.setHeader('x-a', values)
    values.push(text)
  },
  'an array that changes after appendHeader': (res, text) => {
    const values = ['a', 'b']
    res.appendHeader('x-a', values)
    values[0] = text
  },
  'a value that is another text each time': (res, text) => {
    let reads = 0
    res.setHeader('x-a', { toString: () => (reads++ === 0 ? 'a' : text) } as never)
  },
  'pairs with more than two members': (res, text) => {
    res.writeHead(200, [['x-a', 'a', text, 'b']] as never)
  },
}

async function answer(
  listener: RequestListener,
  mode: Mode,
  options: HandlerOptions = {},
): Promise<AlbResult> {
  const handler = createHandler(listener, { logger: false, ...options })
  return handler(createAlbEvent({ mode }), createLambdaContext())
}

/** All names, values and the phrase of a result. */
function headOf({ headers, multiValueHeaders, statusDescription }: AlbResult): string[] {
  const map: Record<string, string | string[]> = headers ?? multiValueHeaders ?? {}
  const fields = Object.entries(map).flatMap(([name, held]) => [name, ...[held].flat()])
  return [statusDescription, ...fields]
}

async function expectUnbroken(write: Write, mode: Mode): Promise<void> {
  for (const text of BREAKS) {
    const result = await answer((_req, res) => {
      write(res, text)
      res.end('x')
    }, mode)
    for (const part of headOf(result)) expect(part).not.toMatch(/[\r\n\0]/)
    expect(JSON.stringify(headOf(result))).not.toMatch(/admin|script/)
  }
}

describe.each(MODES)('the head of a response in %s-value mode', (mode) => {
  it.each(Object.entries(VALUES))('T13: no value breaks out of its field by %s', (_way, write) =>
    expectUnbroken(write, mode),
  )

  it.each(Object.entries(NAMES))('T13: no name breaks out of its field by %s', (_way, write) =>
    expectUnbroken(write, mode),
  )

  it.each(Object.entries(CHANGED_LATER))('T13: nor does %s', (_way, write) =>
    expectUnbroken(write, mode),
  )

  it('T13: no cookie, redirect or hook of the app’s breaks out', async () => {
    for (const text of BREAKS) {
      const app = express()
        .set('etag', false)
        .use((req, res) => {
          if (req.query['to'] !== undefined) res.redirect(text)
          else res.cookie('a', text, { path: '/' }).location(text).vary('x').send('x')
        })
      for (const url of ['/', '/?to=x']) {
        const handler = createHandler(app, { logger: false })
        const result = await handler(createAlbEvent({ mode, url }), createLambdaContext())
        for (const part of headOf(result)) expect(part).not.toMatch(/[\r\n\0]/)
      }
      for (const made of [
        { statusCode: 200, headers: { 'x-a': text } },
        { statusCode: 200, headers: { 'x-a': ['a', text] } },
        { statusCode: 200, headers: { [`x${text}`]: 'a' } },
        { statusCode: 200, statusMessage: text },
      ]) {
        const result = await answer((_req, res) => res.end(), mode, { onResponse: () => made })
        expect([result.statusCode, headOf(result).join()]).toEqual([
          500,
          '500 Internal Server Error,Content-Type,text/plain',
        ])
      }
    }
  })

  it.each<[string, Write]>([
    ['set as a property', (res, text) => void (res.statusMessage = text)],
    ['given to writeHead', (res, text) => void res.writeHead(200, text)],
    [
      'set before flushHeaders',
      (res, text) => {
        res.statusMessage = text
        res.flushHeaders()
      },
    ],
    [
      'set after the head',
      (res, text) => {
        res.write('x')
        res.statusMessage = text
      },
    ],
    [
      'set on the prototype',
      (res, text) => {
        const prototype = Object.getPrototypeOf(res) as { statusMessage?: string }
        prototype.statusMessage = text
        try {
          res.writeHead(200)
        } finally {
          delete prototype.statusMessage
        }
      },
    ],
  ])('T14: a reason phrase %s splits no response', async (_when, write) => {
    await expectUnbroken(write, mode)
  })

  it('T14: what looks like line ends once it is cut to bytes stays text', async () => {
    // U+560A and U+560D end in the bytes of LF and CR.
    const text = '\u560A\u560DSet-Cookie: admin=1'
    const bytes = Buffer.from(text).toString('latin1')
    const listeners: RequestListener[] = [
      (_req, res) => res.writeHead(200, bytes, { 'x-a': bytes }).end('x'),
      (_req, res) => res.writeHead(200, { 'x-hooked': '1' }).end('x'),
    ]
    for (const listener of listeners) {
      const onResponse: HandlerOptions['onResponse'] = (response) =>
        'x-hooked' in response.headers!
          ? { statusCode: 200, statusMessage: text, headers: { 'x-a': text } }
          : undefined
      await using alb = behindAlb(listener, { onResponse }, { multiValueHeaders: mode === 'multi' })
      const { statusLine, headers } = await alb.get('/')
      expect(statusLine).toBe(`HTTP/1.1 200 ${bytes}`)
      expect(headers.filter(([name]) => name === 'x-a')).toEqual([['x-a', bytes]])
      expect(headers.map(([name]) => name.toLowerCase())).not.toContain('set-cookie')
    }
  })

  it('T15: lengths and framing that the app claims reach nobody', async () => {
    const listener: RequestListener = (_req, res) => {
      res.strictContentLength = false
      res.writeHead(200, [
        'Content-Length',
        '3',
        'Transfer-Encoding',
        'chunked',
        'Connection',
        'x-hop',
        'X-Hop',
        '1',
      ])
      res.end('0\r\n\r\nHTTP/1.1 200 OK\r\n\r\nsmuggled')
    }
    await using alb = behindAlb(listener, {}, { multiValueHeaders: mode === 'multi' })
    const { headers, body } = await alb.get('/')
    const fields = new Map(headers.map(([name, value]) => [name.toLowerCase(), value]))
    expect(body.toString()).toBe('0\r\n\r\nHTTP/1.1 200 OK\r\n\r\nsmuggled')
    expect(fields.get('content-length')).toBe(String(body.length))
    expect([fields.has('transfer-encoding'), fields.has('x-hop')]).toEqual([false, false])
  })
})

describe('what an app lets out', () => {
  const SECRET = 'postgres://admin:hunter2@db'

  it.each<[string, RequestListener]>([
    [
      'throws',
      (_req, _res) => {
        throw new Error(SECRET)
      },
    ],
    ['rejects', (_req, _res) => Promise.reject(new Error(SECRET)) as never],
    ['destroys its response', (_req, res) => void res.destroy(new Error(SECRET))],
    [
      'throws a thing with a hostile inspection',
      (_req, _res) => {
        throw Object.assign(new Error(SECRET), {
          [Symbol.for('nodejs.util.inspect.custom')]: () => {
            throw new Error(SECRET)
          },
        })
      },
    ],
  ])('T18: the client of an app that %s learns nothing of why', async (what, listener) => {
    await using alb = behindAlb(listener)
    const { status, body, headers } = await alb.get('/')
    expect([status, body.length]).toEqual(
      // As for a server that resets the connection, or as for an app that failed.
      what.startsWith('destroys')
        ? [502, 'Bad Gateway'.length]
        : [500, 'Internal Server Error'.length],
    )
    expect(JSON.stringify([headers, body.toString()])).not.toMatch(
      /hunter2|Error:|\.ts|node_modules/,
    )
  })

  it.each([
    ['line ends', '\r\n{"level":"info","message":"forged"}'],
    ['terminal escapes', '\u001b[2J\u001b]0;title\u0007'],
    ['ends of a JSON string', '","code":"forged","x":"'],
    ['Unicode line ends', '\u2028\u2029\u0085'],
  ])(
    'T19: %s in a method, a path or an error begin no log entry and drive no terminal',
    async (_what, text) => {
      const lines: string[] = []
      const write = vi
        .spyOn(console, 'error')
        .mockImplementation((line: string) => void lines.push(line))
      const handler = createHandler((_req, _res) => {
        throw new Error(text)
      })
      const method = `GET${text.replace(/[^!-~]/g, '')}`
      const event = { ...createAlbEvent(), httpMethod: method, path: `/x${text}?token=secret` }
      await handler({ ...event, queryStringParameters: { token: 'secret' } }, createLambdaContext())
      write.mockRestore()
      expect(lines).toHaveLength(1)
      // oxlint-disable-next-line no-control-regex -- these are the ones to find
      expect(lines[0]).not.toMatch(/[\u0000-\u001f]/)
      const entry = JSON.parse(lines[0] ?? '') as Record<string, unknown>
      expect(entry).toMatchObject({ code: 'app-failed', level: 'error', method })
      expect(entry['error']).toContain(text.split(/[\r\n]/, 1)[0])
      expect(entry['path']).not.toContain('secret')
    },
  )

  it('T20: requests at the same time do not see each other', async () => {
    const app = express().get('/:name', (req, res) => {
      const before = getInvocation()?.event
      setTimeout(() => {
        const { event } = getInvocation() ?? {}
        res.cookie('who', req.params['name']).send(`${event?.path} ${before === event}`)
      }, Math.random() * 10)
    })
    const handler = createHandler(app, { logger: false })
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        handler(createAlbEvent({ url: `/u${i}` }), createLambdaContext()),
      ),
    )
    for (const [i, { body, headers }] of results.entries()) {
      expect([body, headers?.['Set-Cookie']]).toEqual([`/u${i} true`, `who=u${i}; Path=/`])
    }
    expect(getInvocation()).toBeUndefined()
  })
})
