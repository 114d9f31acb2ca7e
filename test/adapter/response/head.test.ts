import { Buffer } from 'node:buffer'
import type { OutgoingHttpHeader, ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { MODES } from '../../helpers/modes.js'
import { HEAD_FRAMES } from '../../helpers/response-frames.js'
import { expectSame, expectSameOf, throughAdapter } from '../../helpers/response-parity.js'
import type { Listener } from '../../helpers/response-wire.js'

interface Case {
  readonly title: string
  readonly respond: (res: ServerResponse) => void
}

// Node takes pairs here as well; its types say so only since Node 22.
type AnyHead = OutgoingHttpHeader[]

/** Every way to a response head. */
const HEADS: readonly Case[] = [
  {
    title: 'writeHead with a status only',
    respond: (res) => res.writeHead(202).end('x'),
  },
  {
    title: 'writeHead with an object, before any setHeader',
    respond: (res) => res.writeHead(201, { 'Content-Type': 'text/plain', 'X-Count': 3 }).end('x'),
  },
  {
    title: 'writeHead with an object that inherits fields',
    respond: (res) => {
      const fields = Object.assign(Object.create({ 'X-Inherited': 'no' }), { 'X-Own': 'yes' })
      res.writeHead(201, fields as Record<string, string>).end('x')
    },
  },
  {
    title: 'writeHead with a flat array',
    respond: (res) => res.writeHead(201, ['Content-Type', 'text/plain', 'X-A', '1']).end('x'),
  },
  {
    title: 'writeHead with a flat array that repeats names',
    respond: (res) =>
      res
        .writeHead(200, ['Set-Cookie', 'a=1', 'Link', '<a>', 'Set-Cookie', 'b=2', 'Link', '<b>'])
        .end('x'),
  },
  {
    title: 'writeHead with pairs that hold more than a pair, or are strings',
    respond: (res) =>
      res.writeHead(200, [['X-A', '1', 'X-B', '2'], 'cd', ['X-E', ['3', '4']]] as AnyHead).end('x'),
  },
  {
    title: 'a field Expect, for which Node sends the head before the body',
    respond: (res) => res.setHeader('Expect', '100-continue').end('x'),
  },
  {
    title: 'a field Expect in writeHead, and a body in pieces',
    respond: (res) => {
      res.writeHead(201, { Expect: '100-continue' }).write('x')
      setImmediate(() => res.end('y'))
    },
  },
  {
    title: 'a reason phrase that is a number',
    respond: (res) => {
      res.statusMessage = 5 as unknown as string
      res.end('x')
    },
  },
  {
    title: 'writeHead with arrays as values of a flat array',
    respond: (res) =>
      res.writeHead(200, ['Set-Cookie', ['a=1', 'b=2'], 'Vary', ['A', 'B']] as AnyHead).end('x'),
  },
  {
    title: 'writeHead with arrays as values of an object',
    respond: (res) =>
      res.writeHead(200, { 'Set-Cookie': ['a=1', 'b=2'], Vary: ['A', 'B'], 'X-One': ['1'] }).end(),
  },
  {
    title: 'writeHead with an empty object',
    respond: (res) => res.writeHead(200, {}).end('x'),
  },
  {
    title: 'writeHead with an empty array',
    respond: (res) => res.writeHead(200, []).end('x'),
  },
  {
    title: 'writeHead with a reason phrase',
    respond: (res) => res.writeHead(418, 'Short And Stout').end('x'),
  },
  {
    title: 'writeHead with a reason phrase and an object',
    respond: (res) => res.writeHead(299, 'All Is Well', { 'X-A': '1' }).end('x'),
  },
  {
    title: 'writeHead with a reason phrase and an array',
    respond: (res) => res.writeHead(299, 'All Is Well', ['X-A', '1']).end('x'),
  },
  {
    title: 'writeHead with undefined in the place of a reason phrase',
    respond: (res) => res.writeHead(203, undefined, { 'X-A': '1' }).end('x'),
  },
  {
    title: 'writeHead after setHeader, with fields that add and replace',
    respond: (res) => {
      res.setHeader('X-Kept', 'kept')
      res.setHeader('X-Replaced', 'old')
      res.writeHead(200, { 'x-replaced': 'new', 'X-Added': 'added' }).end('x')
    },
  },
  {
    title: 'writeHead with a flat array after setHeader',
    respond: (res) => {
      res.setHeader('X-Kept', 'kept')
      res.setHeader('X-Replaced', 'old')
      res.writeHead(200, ['X-Replaced', 'new', 'X-Added', 'a', 'X-Added', 'b']).end('x')
    },
  },
  {
    title: 'writeHead after every set header was removed again',
    respond: (res) => {
      res.setHeader('X-Gone', '1')
      for (const name of res.getHeaderNames()) res.removeHeader(name)
      res.writeHead(200, { 'X-Stays': '1' }).end('x')
    },
  },
  {
    title: 'setHeader with a number',
    respond: (res) => res.setHeader('X-Number', 42).end('x'),
  },
  {
    title: 'setHeader with an empty value',
    respond: (res) => res.setHeader('X-Empty', '').end('x'),
  },
  {
    title: 'setHeader twice with the name in other letters',
    respond: (res) => res.setHeader('X-Name', 'first').setHeader('x-nAME', 'second').end('x'),
  },
  {
    title: 'removeHeader',
    respond: (res) => {
      res.setHeader('X-Gone', '1')
      res.setHeader('X-Stays', '1')
      res.removeHeader('x-gone')
      res.end('x')
    },
  },
  {
    title: 'removeHeader of Date, which keeps Node from adding one',
    respond: (res) => {
      res.removeHeader('Date')
      res.end('x')
    },
  },
  {
    title: 'sendDate switched off',
    respond: (res) => {
      res.sendDate = false
      res.end('x')
    },
  },
  {
    title: 'setHeaders with a Map',
    respond: (res) => {
      res.setHeaders(
        new Map<string, string | string[]>([
          ['X-A', '1'],
          ['Set-Cookie', ['a=1', 'b=2']],
        ]),
      )
      res.end('x')
    },
  },
  {
    title: 'setHeaders with Headers that hold two cookies',
    respond: (res) => {
      const headers = new Headers({ 'X-A': '1', Vary: 'A' })
      headers.append('Vary', 'B')
      headers.append('Set-Cookie', 'a=1; Path=/')
      headers.append('Set-Cookie', 'b=2; Path=/')
      res.setHeaders(headers)
      res.end('x')
    },
  },
  {
    title: 'appendHeader, also to what setHeader set',
    respond: (res) => {
      res.setHeader('Link', '<a>; rel=preload')
      res.appendHeader('link', '<b>; rel=preload')
      res.appendHeader('Set-Cookie', 'a=1')
      res.appendHeader('set-cookie', ['b=2', 'c=3'])
      res.end('x')
    },
  },
  {
    title: 'flushHeaders before the body',
    respond: (res) => {
      res.statusCode = 201
      res.setHeader('X-A', '1')
      res.flushHeaders()
      res.end('x')
    },
  },
  {
    title: 'flushHeaders without a body',
    respond: (res) => {
      res.setHeader('X-A', '1')
      res.flushHeaders()
      res.end()
    },
  },
  {
    title: 'a status and a reason phrase set as properties',
    respond: (res) => {
      res.statusCode = 499
      res.statusMessage = 'Too Bad'
      res.end('x')
    },
  },
  {
    title: 'a status that Node has no phrase for',
    respond: (res) => {
      res.statusCode = 599
      res.end('x')
    },
  },
  {
    title: 'nothing but end()',
    respond: (res) => res.end(),
  },
  {
    title: 'a header field named __proto__',
    respond: (res) => res.setHeader('__proto__', 'polluted').end('x'),
  },
  {
    title: 'header fields named like members of Object.prototype',
    respond: (res) =>
      res
        .setHeader('constructor', 'c')
        .setHeader('toString', 't')
        .setHeader('hasOwnProperty', 'h')
        .end('x'),
  },
  {
    title: 'UTF-8 bytes in a field value',
    respond: (res) => {
      const name = Buffer.from('na\u00EFve-\u65E5\u672C-\u{1F600}.pdf').toString('latin1')
      res.setHeader('Content-Disposition', `attachment; filename="${name}"`)
      res.end('x')
    },
  },
  {
    title: 'UTF-8 bytes in Content-Disposition beside a length known at once',
    respond: (res) => {
      const name = Buffer.from('\u00E9.pdf').toString('latin1')
      res.setHeader('Content-Disposition', `attachment; filename="${name}"`)
      res.setHeader('Content-Length', '1')
      res.end('x')
    },
  },
  {
    title: 'tabs and inner spaces in a field value',
    respond: (res) => res.setHeader('X-Spaced', 'a\tb  c').end('x'),
  },
  {
    title: 'Connection: close',
    respond: (res) => res.setHeader('Connection', 'close').end('x'),
  },
]

describe.each(HEAD_FRAMES)('a response head under $around', ({ wrap }) => {
  it.each(HEADS)('is what a real server sends for $title', async ({ respond }) => {
    await expectSameOf(
      wrap((_req, res) => {
        respond(res)
      }),
    )
  })
})

/** Changes that come too late for a head that has been made. */
const LATE: readonly Case[] = [
  {
    title: 'after writeHead',
    respond: (res) => res.writeHead(200, 'As It Was'),
  },
  {
    title: 'after flushHeaders',
    respond: (res) => {
      res.statusMessage = 'As It Was'
      res.flushHeaders()
    },
  },
  {
    title: 'after the first write',
    respond: (res) => {
      res.statusMessage = 'As It Was'
      res.write('x')
    },
  },
  {
    title: 'after end',
    respond: (res) => {
      res.statusMessage = 'As It Was'
      res.end('x')
    },
  },
]

describe('what is set too late', () => {
  it.each(LATE)('leaves status and reason alone $title', async ({ respond }) => {
    const { status, reason } = await expectSameOf((_req, res) => {
      respond(res)
      res.statusCode = 500
      res.statusMessage = 'Changed My Mind'
      if (!res.writableEnded) res.end('y')
    })
    expect([status, reason]).toEqual([200, 'As It Was'])
  })

  it('cannot bring a line break into the status description', async () => {
    const { statusDescription } = await resultOf((_req, res) => {
      res.writeHead(200)
      res.statusMessage = 'OK\r\nSet-Cookie: stolen=1'
      res.end('x')
    })
    expect(statusDescription).toBe('200 OK')
  })

  it.each(['setHeader', 'appendHeader', 'removeHeader', 'writeHead'] as const)(
    'throws from %s as Node does, and the response stays as it was',
    async (method) => {
      const codes: unknown[] = []
      await expectSameOf((_req, res) => {
        res.writeHead(200, { 'X-A': '1' })
        try {
          if (method === 'writeHead') res.writeHead(500)
          else res[method]('X-A', '2')
        } catch (error) {
          codes.push((error as { code?: unknown }).code)
        }
        res.end('x')
      })
      expect(codes).toEqual(Array(3).fill('ERR_HTTP_HEADERS_SENT'))
    },
  )
})

async function resultOf(listener: Listener): Promise<{ statusDescription: string }> {
  return (await throughAdapter(listener)).result
}

/** Calls that Node refuses, each in one of the forms that reach the head. */
const REFUSED: readonly Case[] = [
  {
    title: 'CR LF in setHeader',
    respond: (res) => res.setHeader('X-A', 'a\r\nX-B: b'),
  },
  { title: 'LF alone in setHeader', respond: (res) => res.setHeader('X-A', 'a\nX-B: b') },
  { title: 'CR alone in appendHeader', respond: (res) => res.appendHeader('X-A', 'a\rb') },
  { title: 'NUL in a value', respond: (res) => res.setHeader('X-A', 'a\0b') },
  { title: 'a character beyond Latin-1', respond: (res) => res.setHeader('X-A', '\u65E5') },
  { title: 'CR LF in a name', respond: (res) => res.setHeader('X-A\r\nX-B', '1') },
  { title: 'a space in a name', respond: (res) => res.setHeader('X A', '1') },
  { title: 'an empty name', respond: (res) => res.setHeader('', '1') },
  {
    title: 'an undefined value',
    respond: (res) => res.setHeader('X-A', undefined as unknown as string),
  },
  {
    title: 'CR LF in an array of values',
    respond: (res) => res.setHeader('Set-Cookie', ['a=1', 'b=2\r\nX: y']),
  },
  {
    title: 'CR LF in writeHead with an object',
    respond: (res) => res.writeHead(200, { a: 'b\r\nc: d' }),
  },
  {
    title: 'CR LF in writeHead with an array',
    respond: (res) => res.writeHead(200, ['a', 'b\r\nc: d']),
  },
  {
    title: 'CR LF in the name in writeHead',
    respond: (res) => res.writeHead(200, { 'a\r\nb': 'c' }),
  },
  { title: 'CR LF in the reason phrase', respond: (res) => res.writeHead(200, 'OK\r\nX: y') },
  { title: 'an odd flat array in writeHead', respond: (res) => res.writeHead(200, ['X-A']) },
  { title: 'a status below 100', respond: (res) => res.writeHead(99) },
  { title: 'a status above 999', respond: (res) => res.writeHead(1000) },
  {
    title: 'a status that is no number',
    respond: (res) => res.writeHead('OK' as unknown as number),
  },
  {
    title: 'a Trailer field beside a length',
    respond: (res) => res.writeHead(200, { Trailer: 'X-T', 'Content-Length': '1' }),
  },
]

describe('what Node refuses in a head', () => {
  it.each(REFUSED)('is refused with the same error: $title', async ({ respond }) => {
    const errors: unknown[] = []
    await expectSame(() => (_req, res) => {
      try {
        respond(res)
        errors.push('accepted')
      } catch (error) {
        const { code, name } = error as Error & { code?: unknown }
        errors.push(`${name} ${String(code)}`)
      }
      // Whatever is left of the attempt must not answer for it.
      if (!res.headersSent) res.writeHead(400, 'Refused')
      res.end('x')
    })
    expect(new Set(errors).size).toBe(1)
    expect(errors[0]).not.toBe('accepted')
  })
})

/** Values that Node looks at when they are set, and that are others when they are written. */
const CHANGING: readonly Case[] = [
  {
    title: 'an array that grows',
    respond: (res) => {
      const values = ['a']
      res.setHeader('X-A', values)
      values.push('b\r\nX-B: c')
    },
  },
  {
    title: 'an object of another text the second time',
    respond: (res) => {
      let asked = 0
      const text = (): string => (asked++ === 0 ? 'a' : 'a\nX-B: c')
      res.setHeader('X-A', { toString: text } as unknown as string)
    },
  },
  {
    title: 'a reason phrase of another text the third time',
    respond: (res) => {
      let asked = 0
      Object.defineProperty(res, 'statusMessage', {
        get: () => (asked++ < 2 ? 'OK' : 'OK\r\nX-B: c'),
      })
    },
  },
]

describe.each(MODES)('a line end that Node does not see, in %s-value mode', (mode) => {
  it.each(CHANGING)('never reaches the result: $title', async ({ respond }) => {
    const { result, status, log } = await throughAdapter(
      (_req, res) => {
        respond(res)
        res.end('x')
      },
      {},
      mode,
    )
    expect(JSON.stringify(result)).not.toMatch(/X-B/)
    expect([status, log.codes]).toEqual([500, ['app-failed']])
  })
})

describe('a Node that sends every head before the body', () => {
  it('has no head in the body', async () => {
    const { status, body, log } = await throughAdapter((_req, res) => {
      const real = Object.getPrototypeOf(res) as { _storeHeader(...args: unknown[]): void }
      Object.setPrototypeOf(res, {
        __proto__: real,
        _storeHeader(this: { _send(data: string): void }, ...args: unknown[]) {
          real._storeHeader.apply(this, args)
          this._send('')
        },
      })
      res.end('x')
    })
    expect([status, body.toString(), log.entries]).toEqual([200, 'x', []])
  })
})

describe('the Date', () => {
  it.each(['Date', 'date'])('is the one that the app sets, once, as %s', async (name) => {
    const own = 'Tue, 15 Nov 1994 08:12:31 GMT'
    const { result } = await throughAdapter((_req, res) => res.setHeader(name, own).end('x'))
    expect(Object.entries(result.headers ?? {}).filter(([key]) => /^date$/i.test(key))).toEqual([
      [name, own],
    ])
  })

  it("is otherwise the load balancer's to add, or a true one in HTTP's own form", async () => {
    const { result } = await throughAdapter((_req, res) => res.end('x'))
    const date = Object.entries(result.headers ?? {}).find(([key]) => /^date$/i.test(key))?.[1]
    const seconds = Math.abs(Date.parse(date ?? new Date().toUTCString()) - Date.now()) / 1000
    expect(seconds).toBeLessThan(60)
  })
})
