import { Buffer } from 'node:buffer'
import { createHandler, type AlbResult } from 'express-alb'
import { createAlbEvent, createLambdaContext, invoke } from 'express-alb/testing'
import { describe, expect, it } from 'vitest'
import { CODES } from '../../helpers/collected-log.js'
import { EXPRESSES, MODES } from '../../helpers/modes.js'
import { HEAD_FRAMES } from '../../helpers/response-frames.js'
import { expectSameOf, throughAdapter } from '../../helpers/response-parity.js'
import type { Listener } from '../../helpers/response-wire.js'

/** The fields of a result by name, each as a list. */
function fieldsOf(result: AlbResult): Record<string, string[]> {
  const map = result.headers ?? result.multiValueHeaders ?? {}
  return Object.fromEntries(Object.entries(map).map(([name, held]) => [name, [held].flat()]))
}

const HOP_BY_HOP = [
  'Connection',
  'Keep-Alive',
  'Proxy-Authenticate',
  'Proxy-Connection',
  'TE',
  'Trailer',
  'Transfer-Encoding',
  'Upgrade',
]

describe.each(MODES)('hop-by-hop fields in %s-value mode', (mode) => {
  it.each(HOP_BY_HOP)('are not in the result: %s', async (name) => {
    for (const spelled of [name, name.toLowerCase(), name.toUpperCase()]) {
      for (const { wrap } of HEAD_FRAMES) {
        const value = name === 'Transfer-Encoding' ? 'chunked' : 'x-value'
        const byProperty = await throughAdapter(
          wrap((_req, res) => res.setHeader(spelled, value).setHeader('X-Kept', '1').end('x')),
          {},
          mode,
        )
        const byHead = await throughAdapter(
          wrap((_req, res) => res.writeHead(200, [spelled, value, 'X-Kept', '1']).end('x')),
          {},
          mode,
        )
        for (const { result } of [byProperty, byHead]) {
          const names = Object.keys(fieldsOf(result)).map((one) => one.toLowerCase())
          expect(names).not.toContain(name.toLowerCase())
          expect(names).toContain('x-kept')
        }
      }
    }
  })

  it.each([
    ['before', ['Connection', 'X-Hop, close', 'X-Hop', '1']],
    ['after', ['x-hop', '1', 'CONNECTION', 'close,x-hop']],
    ['in one of several lines', ['Connection', 'a', 'X-HOP', '1', 'connection', ' x-Hop ']],
  ])('are not in the result when Connection names them %s', async (_where, fields) => {
    const { result } = await throughAdapter(
      (_req, res) => res.writeHead(200, ['X-Kept', '1', ...fields, 'X-Hops', '2']).end('x'),
      {},
      mode,
    )
    expect(fieldsOf(result)).toEqual({ 'X-Kept': ['1'], 'X-Hops': ['2'] })
  })

  it('are named by the values of Connection alone', async () => {
    const { result } = await throughAdapter(
      (_req, res) =>
        res
          .writeHead(200, ['X-A', 'X-B', 'X-B', 'connection', 'X-C', '1', 'Connection', 'close'])
          .end('x'),
      {},
      mode,
    )
    expect(fieldsOf(result)).toEqual({ 'X-A': ['X-B'], 'X-B': ['connection'], 'X-C': ['1'] })
  })

  it.each(['onResponse', 'oversize'] as const)('are not in what %s returns', async (hook) => {
    const { result } = await throughAdapter(
      (_req, res) => res.end('x'.repeat(hook === 'oversize' ? 2_000_000 : 1)),
      {},
      mode,
      {
        [hook]: () => ({
          statusCode: 200,
          headers: {
            'transfer-encoding': 'chunked',
            'x-kept': '1',
            connection: ['close', 'x-hop'],
            'keep-alive': 'timeout=5',
            'x-hop': ['1', '2'],
          },
        }),
      },
    )
    expect(fieldsOf(result)).toEqual({ 'x-kept': ['1'] })
  })

  it('are not confused with fields whose names begin alike', async () => {
    const { result } = await throughAdapter(
      (_req, res) => {
        res.writeHead(200, {
          'Connection-Id': '1',
          'X-TE': '2',
          Trailers: '3',
          'Upgrade-Insecure-Requests': '4',
        })
        res.end('x')
      },
      {},
      mode,
    )
    expect(fieldsOf(result)).toMatchObject({
      'Connection-Id': ['1'],
      'X-TE': ['2'],
      Trailers: ['3'],
      'Upgrade-Insecure-Requests': ['4'],
    })
  })
})

/** Fields that hold lists, in which one line says the same as several. */
const LISTS = [
  'Vary',
  'Link',
  'Cache-Control',
  'Allow',
  'Access-Control-Expose-Headers',
  'Access-Control-Allow-Methods',
  'Content-Language',
  'Server-Timing',
  'Via',
]

describe('repeated list fields', () => {
  it.each(LISTS)('are joined in order, in both modes: %s', async (name) => {
    for (const mode of MODES) {
      const { result } = await throughAdapter(
        (_req, res) => res.setHeader(name, ['first', 'second; q="a, b"', 'third']).end(),
        {},
        mode,
      )
      expect(fieldsOf(result)[name]).toEqual(['first, second; q="a, b", third'])
    }
  })

  it('keep their order through a load balancer that reverses', async () => {
    for (const valueOrder of ['keep', 'reverse'] as const) {
      const handler = createHandler(
        (_req, res) => res.setHeader('Link', ['<1>', '<2>', '<3>']).end(),
        {
          valueOrder,
        },
      )
      const event = createAlbEvent({ mode: 'multi' })
      const { headers } = await invoke(handler, event, { reverseValues: true })
      expect(headers['link']).toBe('<1>, <2>, <3>')
    }
  })

  it.each(EXPRESSES)('are those of a real server under $name', async ({ express }) => {
    const app = express()
    app.get('/', (_req, res) => {
      res.vary('Accept').append('Vary', 'Origin').append('Link', '<a>').append('Link', '<b>')
      res.append('Cache-Control', 'no-cache').append('Cache-Control', 'private').end('x')
    })
    const { headers } = await expectSameOf(app)
    expect(headers).toMatchObject({
      vary: 'Accept, Origin',
      link: '<a>, <b>',
      'cache-control': 'no-cache, private',
    })
  })

  it('that the app spells in two ways both arrive', async () => {
    for (const mode of MODES) {
      const { headers } = await throughAdapter(
        (_req, res) => res.writeHead(200, ['Vary', 'a', 'vary', 'b', 'Vary', 'c']).end(),
        {},
        mode,
      )
      expect(headers['vary']?.split(', ').toSorted()).toEqual(['a', 'b', 'c'])
    }
  })
})

describe('repeated fields of the app', () => {
  const values = ['one', 'two, three', 'four']
  const listener: Listener = (_req, res) => res.setHeader('X-Own', values).end()

  it('reach the client in order in both modes, with no value twice', async () => {
    for (const mode of MODES) {
      const { headers } = await throughAdapter(listener, {}, mode)
      expect(headers['x-own']).toBe('one, two, three, four')
    }
  })

  it('reach it in order behind a load balancer that reverses, when the handler is told', async () => {
    const handler = createHandler((req, res) => listener(req, res), { valueOrder: 'reverse' })
    const event = createAlbEvent({ mode: 'multi' })
    const { headers } = await invoke(handler, event, { reverseValues: true })
    expect(headers['x-own']).toBe('one, two, three, four')
  })

  it('reach it in order when they are challenges', async () => {
    const challenges = ['Basic realm="a"', 'Bearer scope="b c", error="d"']
    for (const mode of MODES) {
      const { headers } = await throughAdapter(
        (_req, res) => res.setHeader('WWW-Authenticate', challenges).writeHead(401).end(),
        {},
        mode,
      )
      expect(headers['www-authenticate']).toBe(challenges.join(', '))
    }
  })
})

describe('the name of a field', () => {
  it.each(MODES)('keeps the letters of the app in %s-value mode', async (mode) => {
    const { result } = await throughAdapter(
      (_req, res) => {
        res.setHeader('ETag', '"a"').setHeader('x-lower', '1').setHeader('X-UPPER', '2').end()
      },
      {},
      mode,
    )
    const names = Object.keys(fieldsOf(result)).filter((name) => name !== 'Date')
    expect(names).toEqual(['ETag', 'x-lower', 'X-UPPER'])
  })

  it.each(MODES)('can be __proto__ and changes no prototype in %s-value mode', async (mode) => {
    const listeners: readonly Listener[] = [
      (_req, res) => res.setHeader('__proto__', 'polluted').end(),
      (_req, res) => res.writeHead(200, ['__proto__', 'polluted']).end(),
      (_req, res) => res.setHeader('__proto__', ['pol', 'luted']).end(),
    ]
    for (const listener of listeners) {
      const { result, rawHeaders } = await throughAdapter(listener, {}, mode)
      const map = result.headers ?? result.multiValueHeaders ?? {}
      const prototype = Object.getPrototypeOf(map) as object
      expect(Reflect.ownKeys(prototype)).toEqual([])
      expect(Object.getPrototypeOf(prototype)).toBeNull()
      expect(Object.hasOwn(map, '__proto__')).toBe(true)
      expect(rawHeaders).toContain('__proto__')
      expect(({} as Record<string, unknown>)['polluted']).toBe(undefined)
    }
  })

  it.each(MODES)('can be that of a member of Object in %s-value mode', async (mode) => {
    const names = ['constructor', 'toString', 'valueOf', 'hasOwnProperty', '__defineGetter__']
    const { result } = await throughAdapter(
      (_req, res) => {
        for (const name of names) res.setHeader(name, ['a', 'b'])
        res.end()
      },
      {},
      mode,
    )
    for (const name of names) expect(fieldsOf(result)[name]?.join(', ')).toBe('a, b')
  })
})

/** Field values beyond ASCII, as UTF-8 text; an app gives Node one character for each byte. */
const TEXTS = ['caf\u00E9', '\u65E5\u672C\u8A9E', '\u{1F600}', 'a\u0080b', '\u00C3\u00A9', 'plain']

describe('field values in UTF-8', () => {
  it.each(TEXTS)('have the bytes that a real server sends: %s', async (text) => {
    const { headers } = await expectSameOf((_req, res) =>
      res.setHeader('X-Text', Buffer.from(text).toString('latin1')).end(),
    )
    expect(Buffer.from(String(headers['x-text']), 'latin1').toString()).toBe(text)
  })

  it.each(TEXTS)('go to the app and back unchanged: %s', async (text) => {
    for (const mode of MODES) {
      const handler = createHandler((req, res) => {
        // What the app reads is what it can send.
        res.setHeader('X-Echo', String(req.headers['x-text'])).end()
      })
      const event = createAlbEvent({ mode, headers: { 'x-text': text } })
      const { headers } = await invoke(handler, event)
      expect(headers['x-echo']).toBe(text)
    }
  })

  it('are text beside ones that are no UTF-8, which keep their characters', async () => {
    const { result } = await throughAdapter((_req, res) => {
      res.setHeader('X-Utf8', Buffer.from('caf\u00E9').toString('latin1'))
      res.setHeader('X-Latin1', 'caf\u00E9').end()
    })
    expect(result.headers).toMatchObject({ 'X-Utf8': 'caf\u00E9', 'X-Latin1': 'caf\u00E9' })
  })

  it('come back from a hook as they were given to it', async () => {
    for (const text of TEXTS) {
      const { headers, status } = await throughAdapter(
        (_req, res) => res.setHeader('X-Text', Buffer.from(text).toString('latin1')).end(),
        {},
        'single',
        { onResponse: (response) => ({ ...response }) },
      )
      expect(status, text).toBe(200)
      expect(headers['x-text']).toBe(text)
    }
  })
})

/** What could end a line, or a header. */
const BREAKS = ['\r\n', '\n', '\r', '\0', '\r\n\r\n']

describe('a line break', () => {
  const isClean = (result: AlbResult): boolean => {
    const { body: _body, ...head } = result
    // Escaped or not, no control character but the tab is in the head.
    return !/\\u00[01]|\\[nrbf]/.test(JSON.stringify(head))
  }

  it.each(BREAKS.map((text) => [JSON.stringify(text), text]))(
    'cannot come in through a hook: %s',
    async (_shown, text) => {
      const responses = [
        { statusCode: 200, headers: { 'x-a': `a${text}X-B: b` }, body: '' },
        { statusCode: 200, headers: { 'x-a': ['fine', `a${text}X-B: b`] }, body: '' },
        { statusCode: 200, headers: { [`x-a${text}x-b`]: 'b' }, body: '' },
        { statusCode: 200, statusMessage: `OK${text}X-B: b`, headers: {}, body: '' },
      ]
      for (const response of responses) {
        for (const mode of MODES) {
          const { status, result, log } = await throughAdapter((_req, res) => res.end(), {}, mode, {
            onResponse: () => response,
          })
          expect(status).toBe(500)
          expect(log.codes).toEqual([CODES.hookFailed])
          expect(isClean(result)).toBe(true)
        }
      }
    },
  )

  it.each(BREAKS.map((text) => [JSON.stringify(text), text]))(
    'cannot come in through an oversize hook: %s',
    async (_shown, text) => {
      const { status, result } = await throughAdapter(
        (_req, res) => res.end(Buffer.alloc(1_100_000, 0xff)),
        {},
        'single',
        {
          oversize: () => ({ statusCode: 302, headers: { location: `/a${text}b` }, body: '' }),
        },
      )
      expect(status).toBe(500)
      expect(isClean(result)).toBe(true)
    },
  )

  it.each(BREAKS.map((text) => [JSON.stringify(text), text]))(
    'cannot come in through the request: %s',
    async (_shown, text) => {
      const handler = createHandler(
        (req, res) => {
          // An app that reflects what it is told.
          res.setHeader('X-Url', encodeURI(req.url ?? ''))
          res.setHeader('X-Echo', String(req.headers['x-text']))
          res.statusMessage = String(req.headers['x-text'])
          res.end('x')
        },
        { logger: false },
      )
      for (const mode of MODES) {
        const event = createAlbEvent({ mode, headers: { 'x-text': `a${text}Set-Cookie: b=1` } })
        let result: AlbResult | undefined
        try {
          result = await handler(event, createLambdaContext())
        } catch {
          // A clear rejection is an answer, too.
        }
        if (result !== undefined) expect(isClean(result)).toBe(true)
      }
    },
  )
})
