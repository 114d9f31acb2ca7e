import { createHandler, type AlbResult, type HandlerOptions } from 'express-alb'
import { createAlbEvent, createLambdaContext, invoke } from 'express-alb/testing'
import { describe, expect, it } from 'vitest'
import { CODES, collectLog } from '../../helpers/collected-log.js'
import { EXPRESSES, type Mode } from '../../helpers/modes.js'
import { expectSameOf, throughAdapter, type ThroughAdapter } from '../../helpers/response-parity.js'
import type { Listener } from '../../helpers/response-wire.js'

const SPELLINGS = 512

function cookies(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `c${i}=${i}; Path=/`)
}

function setting(count: number): Listener {
  return (_req, res) => res.setHeader('Set-Cookie', cookies(count)).end('x')
}

/** Name and value of each cookie field in a result of single-value mode. */
function cookieFields(result: AlbResult): [string, string][] {
  return Object.entries(result.headers ?? {}).filter(([name]) => /^set-cookie$/i.test(name))
}

function single(listener: Listener, options?: HandlerOptions): Promise<ThroughAdapter> {
  return throughAdapter(listener, {}, 'single', options)
}

describe('cookies in single-value mode', () => {
  it('keep the name as the app spells it while there is one', async () => {
    for (const name of ['Set-Cookie', 'set-cookie', 'SET-COOKIE']) {
      const { result, log } = await single((_req, res) => res.setHeader(name, ['a=1']).end())
      expect(cookieFields(result)).toEqual([[name, 'a=1']])
      expect(log.codes).toEqual([])
    }
  })

  it.each([2, 3, 20, 511, SPELLINGS])(
    'reach the client all, in order, when there are %i',
    async (count) => {
      const { headers, result } = await single(setting(count))
      expect(headers['set-cookie']).toEqual(cookies(count))
      const names = cookieFields(result).map(([name]) => name)
      expect(new Set(names).size).toBe(count)
      expect(names.every((name) => /^set-cookie$/i.test(name))).toBe(true)
    },
  )

  it.each(['Set-Cookie', 'set-cookie', 'sET-cOOKIE', 'SET-COOKIE'])(
    'do not overwrite each other when the app spells the name %s',
    async (name) => {
      const { headers } = await single((_req, res) => res.setHeader(name, cookies(40)).end())
      expect(headers['set-cookie']).toEqual(cookies(40))
    },
  )

  it('do not overwrite each other when the app spells the name in several ways', async () => {
    const { headers } = await single((_req, res) =>
      res
        .writeHead(200, [
          'set-cookie',
          'a=1',
          'Set-Cookie',
          'b=2',
          'SET-COOKIE',
          'c=3',
          'set-cookie',
          'd=4',
        ])
        .end(),
    )
    expect((headers['set-cookie'] ?? []).toSorted()).toEqual(['a=1', 'b=2', 'c=3', 'd=4'])
  })

  it.each([SPELLINGS + 1, 2_000])(
    'are too many from 513 on: %i bring a clear 500',
    async (count) => {
      const { status, log, headers } = await single(setting(count))
      expect(status).toBe(500)
      expect(headers['set-cookie']).toBe(undefined)
      const errors = log.entries.filter(({ level }) => level === 'error')
      expect(errors).toHaveLength(1)
      // Whoever reads the line learns what the matter is.
      expect(JSON.stringify(errors[0])).toMatch(/cookies/)
      expect(errors[0]).toMatchObject({ method: 'GET', path: '/' })
    },
  )

  it('are warned of once for each handler, with what to do', async () => {
    const log = collectLog()
    const handler = createHandler((_req, res) => setting(2)(_req, res), { logger: log })
    for (let i = 0; i < 5; i++) await handler(createAlbEvent(), createLambdaContext())
    expect(log.entries).toHaveLength(1)
    expect(log.entries[0]).toMatchObject({ level: 'warn', code: CODES.severalCookies })
    expect(JSON.stringify(log.entries[0])).toMatch(/lambda\.multi_value_headers\.enabled/)
  })

  it('bring no warning when there is one, or none', async () => {
    expect((await single(setting(1))).log.codes).toEqual([])
    expect((await single((_req, res) => res.end())).log.codes).toEqual([])
  })

  it("are the last alone with 'last-only', and warned of all the same", async () => {
    const { headers, result, log } = await single(setting(3), { singleValueCookies: 'last-only' })
    expect(headers['set-cookie']).toEqual(['c2=2; Path=/'])
    expect(cookieFields(result)).toEqual([['Set-Cookie', 'c2=2; Path=/']])
    expect(log.codes).toEqual([CODES.severalCookies])
  })

  it("are the last alone with 'last-only', whatever the order of values", async () => {
    const { headers } = await single(setting(3), {
      singleValueCookies: 'last-only',
      valueOrder: 'reverse',
    })
    expect(headers['set-cookie']).toEqual(['c2=2; Path=/'])
  })

  it("may be more than there are spellings with 'last-only'", async () => {
    const { status, headers } = await single(setting(600), { singleValueCookies: 'last-only' })
    expect(status).toBe(200)
    expect(headers['set-cookie']).toEqual(['c599=599; Path=/'])
  })

  it('are never joined or split at commas', async () => {
    const dated = [
      'a=1; Expires=Thu, 01 Jan 2026 00:00:00 GMT; Path=/',
      'b=x,y,z; Expires=Fri, 02 Jan 2026 00:00:00 GMT',
    ]
    const { headers, result } = await single((_req, res) =>
      res.setHeader('Set-Cookie', dated).end(),
    )
    expect(headers['set-cookie']).toEqual(dated)
    expect(cookieFields(result).map(([, value]) => value)).toEqual(dated)
  })

  it('leave other fields whose names only look like theirs alone', async () => {
    const { headers } = await single((_req, res) =>
      res.setHeader('Set-Cookie2', ['a', 'b']).setHeader('Get-Cookie', ['c', 'd']).end(),
    )
    expect(headers).toMatchObject({ 'set-cookie2': 'a, b', 'get-cookie': 'c, d' })
  })
})

describe('cookies in multi-value mode', () => {
  const multi = (listener: Listener, options?: HandlerOptions): Promise<ThroughAdapter> =>
    throughAdapter(listener, {}, 'multi', options)

  it.each([1, 2, 3, 600])(
    'are one array in the order the app set them, %i of them',
    async (count) => {
      const { result, log } = await multi(setting(count))
      expect(result.multiValueHeaders?.['Set-Cookie']).toEqual(cookies(count))
      expect(log.codes).toEqual([])
    },
  )

  it("come in the app's order behind a reversing load balancer with valueOrder 'reverse'", async () => {
    const handler = createHandler((req, res) => setting(5)(req, res), { valueOrder: 'reverse' })
    const event = createAlbEvent({ mode: 'multi' })
    const { headers } = await invoke(handler, event, { reverseValues: true })
    expect(headers['set-cookie']).toEqual(cookies(5))
  })

  it('are reversed there by default', async () => {
    const handler = createHandler((req, res) => setting(3)(req, res))
    const event = createAlbEvent({ mode: 'multi' })
    const { headers } = await invoke(handler, event, { reverseValues: true })
    expect(headers['set-cookie']).toEqual(cookies(3).toReversed())
  })

  it('are not touched by the policy for single-value mode', async () => {
    const { headers } = await multi(setting(3), { singleValueCookies: 'last-only' })
    expect(headers['set-cookie']).toEqual(cookies(3))
  })

  it('all arrive when the app spells the name in several ways', async () => {
    const { headers } = await multi((_req, res) =>
      res.writeHead(200, ['set-cookie', 'a=1', 'Set-Cookie', 'b=2', 'set-cookie', 'c=3']).end(),
    )
    expect((headers['set-cookie'] ?? []).toSorted()).toEqual(['a=1', 'b=2', 'c=3'])
  })
})

describe.each(['single', 'multi'] satisfies Mode[])(
  'an order turned round in %s-value mode',
  (mode) => {
    it('changes nothing for a response with one value of each name', async () => {
      const listener: Listener = (_req, res) =>
        res.writeHead(200, { 'X-A': '1', 'X-B': '2', 'Set-Cookie': 'a=1' }).end('x')
      const kept = await throughAdapter(listener, {}, mode, { valueOrder: 'keep' })
      const reversed = await throughAdapter(listener, {}, mode, { valueOrder: 'reverse' })
      expect(reversed.result).toEqual(kept.result)
    })
  },
)

describe.each(EXPRESSES)('res.cookie under $name', ({ express }) => {
  it('sends three cookies as a real server does', async () => {
    const app = express()
    app.get('/', (_req, res) => {
      res.cookie('a', '1').cookie('b', '2', { httpOnly: true }).cookie('c', '3').send('ok')
    })
    const { headers } = await expectSameOf(app)
    expect(headers['set-cookie']).toHaveLength(3)
  })
})
