import { describe, expect, it } from 'vitest'
import { createHandler, type AlbEvent, type AlbResult } from 'express-alb'
import {
  createAlbEvent,
  createLambdaContext,
  invoke,
  type ClientResponse,
} from 'express-alb/testing'
import { MODES, type Mode } from '../../helpers/modes.js'

/** What a client gets when the function returns this, whatever the types say. */
const answer = (returned: unknown, mode: Mode = 'single', init = {}): Promise<ClientResponse> =>
  invoke(async () => returned as AlbResult, createAlbEvent({ ...init, mode }))

async function expectRefused(returned: unknown, mode: Mode, reason: RegExp): Promise<void> {
  const response = await answer(returned, mode)
  expect([response.status, response.statusText]).toEqual([502, 'Bad Gateway'])
  expect(response.refusal).toMatch(reason)
  expect(response.headers['content-type']).toBe('text/html')
  expect(response.text()).toContain('502 Bad Gateway')
}

// A… are the vectors of the contract between load balancer and function.
describe('invoke', () => {
  it.each(MODES)('A1: takes a status alone, in %s-value mode', async (mode) => {
    const response = await answer({ statusCode: 200 }, mode)
    expect([response.status, response.text(), response.headers, response.refusal]).toEqual([
      200,
      '',
      {},
      undefined,
    ])
  })

  describe.each(MODES)('refuses in %s-value mode', (mode) => {
    const field = mode === 'single' ? 'headers' : 'multiValueHeaders'
    const other = mode === 'single' ? 'multiValueHeaders' : 'headers'
    it.each([
      ['A2: a body of null', { statusCode: 200, body: null }, /body/],
      [
        'A3: a statusDescription of null',
        { statusCode: 301, statusDescription: null, headers: { Location: 'https://x/' } },
        /statusDescription/,
      ],
      [
        'A4: headers of null',
        { statusCode: 200, [field]: null, [other]: {}, body: '{}' },
        /eaders/,
      ],
      ['A6: a boolean for a value', { statusCode: 200, [field]: { a: true } }, /"a".*strings/],
      [
        'A7: a number for a value',
        { statusCode: 200, [field]: { 'content-length': 22 } },
        /strings/,
      ],
      ['a null for a value', { statusCode: 200, [field]: { a: null } }, /strings/],
      ['an object for a value', { statusCode: 200, [field]: { a: {} } }, /strings/],
      ['A8: no status', { body: 'x' }, /statusCode/],
      ['a status in a string', { statusCode: '200' }, /statusCode/],
      ['a fraction for a status', { statusCode: 200.5 }, /statusCode/],
      ['a status of 1xx', { statusCode: 103 }, /statusCode/],
      ['a status beyond 599', { statusCode: 600 }, /statusCode/],
      [
        'A13: the other mode’s headers alone',
        { statusCode: 200, [other]: { x: '1' } },
        new RegExp(field),
      ],
      [
        'A15: a flag in a string',
        { statusCode: 200, body: '', isBase64Encoded: 'true' },
        /isBase64Encoded/,
      ],
      ['a flag of null', { statusCode: 200, isBase64Encoded: null }, /isBase64Encoded/],
      ['an object for a body', { statusCode: 200, body: {} }, /body/],
      ['a number for a body', { statusCode: 200, body: 1 }, /body/],
      [
        'A17: more than 1 MB',
        { statusCode: 200, body: 'x'.repeat(1_170_000) },
        /1170\d+|1\.17|limit/,
      ],
      [
        'another status in the description',
        { statusCode: 200, statusDescription: '201 OK' },
        /statusDescription/,
      ],
      [
        'a description without status',
        { statusCode: 200, statusDescription: 'OK' },
        /statusDescription/,
      ],
      ['an empty description', { statusCode: 200, statusDescription: '' }, /statusDescription/],
      ['an array for headers', { statusCode: 200, [field]: [] }, /eaders/],
      ['a string', 'ok', /object/],
      ['an array', [], /object/],
      ['a number', 200, /object/],
      ['nothing', undefined, /nothing|object/],
      ['null', null, /object/],
    ])('%s', async (_name, returned, reason) => {
      await expectRefused(returned, mode, reason)
    })

    it('A9: a function that throws, or a handler that is not async', async () => {
      const event = createAlbEvent({ mode })
      const thrown = await invoke(() => Promise.reject(new Error('broken')), event)
      expect([thrown.status, thrown.refusal]).toEqual([502, expect.stringContaining('broken')])
      const sync = await invoke(() => {
        throw new Error('broken')
      }, event)
      expect([sync.status, sync.refusal]).toEqual([502, expect.stringContaining('broken')])
      expect(sync.result).toBe(undefined)
    })

    it('what Lambda itself cannot write as JSON', async () => {
      const circular: Record<string, unknown> = { statusCode: 200 }
      circular['self'] = circular
      for (const returned of [circular, { statusCode: 200, big: 1n }]) {
        const response = await answer(returned, mode)
        expect([response.status, typeof response.refusal]).toEqual([502, 'string'])
      }
    })

    it('A24: more than 32 KB of headers', async () => {
      const value = 'x'.repeat(1_000)
      const map = Object.fromEntries(
        Array.from({ length: 34 }, (_, index) => [
          `x-${index}`,
          mode === 'multi' ? [value] : value,
        ]),
      )
      await expectRefused({ statusCode: 200, [field]: map }, mode, /header/i)
    })

    it.each(['a b', '', 'a\nb', 'é', 'a:'])('a header named %j', async (name) => {
      const value = mode === 'multi' ? ['x'] : 'x'
      await expectRefused({ statusCode: 200, [field]: { [name]: value } }, mode, /cannot|header/i)
    })

    it.each(['a\r\nset-cookie: b=1', 'a\nb', 'a\0'])('a header of value %j', async (text) => {
      const value = mode === 'multi' ? [text] : text
      await expectRefused({ statusCode: 200, [field]: { a: value } }, mode, /cannot|header/i)
    })
  })

  it('refuses a string for a value in multi-value mode, and an array in single-value mode', async () => {
    await expectRefused({ statusCode: 200, multiValueHeaders: { a: 'x' } }, 'multi', /"a"/)
    await expectRefused({ statusCode: 200, multiValueHeaders: { a: ['x', 1] } }, 'multi', /"a"/)
    await expectRefused({ statusCode: 200, headers: { a: ['x'] } }, 'single', /"a"/)
  })

  it('A5, A14: passes over the field of the other mode', async () => {
    const both = {
      statusCode: 200,
      headers: { 'x-mode': 'single' },
      multiValueHeaders: { 'x-mode': ['multi'] },
    }
    for (const mode of MODES) expect((await answer(both, mode)).headers['x-mode']).toBe(mode)
    const single = { ...both, multiValueHeaders: null }
    expect((await answer(single)).headers['x-mode']).toBe('single')
  })

  it('A10, A11: gives values of one name in their order, or reversed as ALBs have been seen to', async () => {
    const result = {
      statusCode: 200,
      multiValueHeaders: { 'x-c': ['1', '2'], 'set-cookie': ['a=1', 'b=2'] },
    }
    const event = createAlbEvent({ mode: 'multi' })
    const handler = async (): Promise<AlbResult> => result as unknown as AlbResult
    const kept = await invoke(handler, event)
    expect([kept.headers['x-c'], kept.headers['set-cookie']]).toEqual(['1, 2', ['a=1', 'b=2']])
    const reversed = await invoke(handler, event, { reverseValues: true })
    expect([reversed.headers['x-c'], reversed.headers['set-cookie']]).toEqual([
      '2, 1',
      ['b=2', 'a=1'],
    ])
    expect(reversed.rawHeaders).toEqual([
      'x-c',
      '2',
      'x-c',
      '1',
      'set-cookie',
      'b=2',
      'set-cookie',
      'a=1',
    ])
  })

  it('A12: gives every spelling of Set-Cookie in single-value mode', async () => {
    const headers = { 'set-cookie': 'a=1', 'Set-cookie': 'b=2' }
    expect((await answer({ statusCode: 200, headers })).headers['set-cookie']).toEqual([
      'a=1',
      'b=2',
    ])
  })

  it('gives set-cookie as an array even when it is one', async () => {
    const response = await answer({ statusCode: 200, headers: { 'Set-Cookie': 'a=1' } })
    expect(response.headers['set-cookie']).toEqual(['a=1'])
  })

  it('A16: decodes base64 to the exact bytes', async () => {
    const bytes = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 255])
    const response = await answer({
      statusCode: 200,
      body: bytes.toString('base64'),
      isBase64Encoded: true,
    })
    expect(response.body).toEqual(bytes)
  })

  it('gives text as UTF-8', async () => {
    const response = await answer({ statusCode: 200, body: 'é€😀' })
    expect([response.text(), response.body.length]).toEqual(['é€😀', 9])
  })

  it('A19: drops fields of the connection', async () => {
    const headers = {
      Connection: 'close',
      'Transfer-Encoding': 'chunked',
      'keep-alive': 'timeout=5',
      upgrade: 'h2c',
      'x-kept': '1',
    }
    expect((await answer({ statusCode: 200, headers, body: 'x' })).headers).toEqual({
      'x-kept': '1',
    })
  })

  it('A20: passes over members that an ALB does not know', async () => {
    const response = await answer({ statusCode: 200, cookies: ['a=1'], headers: { a: '1' } })
    expect([response.status, response.headers]).toEqual([200, { a: '1' }])
  })

  it('A25: gives any phrase after the status', async () => {
    const phrase = async (statusDescription?: string): Promise<string> =>
      (await answer({ statusCode: 404, statusDescription })).statusText
    expect(await phrase('404 NotFound')).toBe('NotFound')
    expect(await phrase('404 Not here, sorry')).toBe('Not here, sorry')
    expect(await phrase()).not.toContain('404')
  })

  it.each([
    ['A26: 204', { statusCode: 204, body: 'x' }, {}],
    ['304', { statusCode: 304, body: 'x' }, {}],
    ['HEAD', { statusCode: 200, body: 'x' }, { method: 'HEAD' }],
  ])('gives no body with %s', async (_name, result, init) => {
    expect((await answer(result, 'single', init)).body).toHaveLength(0)
  })

  it('sends the event through JSON, so that the function cannot change the test’s', async () => {
    const event = createAlbEvent()
    const before = structuredClone(event)
    let received: AlbEvent | undefined
    await invoke(async (delivered) => {
      received = delivered
      ;(delivered as { path: string }).path = '/changed'
      return { statusCode: 200 } as AlbResult
    }, event)
    expect(received).not.toBe(event)
    expect(event).toEqual(before)
  })

  it('sends the result through JSON, so that undefined members are absent ones', async () => {
    const response = await answer({
      statusCode: 200,
      body: undefined,
      statusDescription: undefined,
    })
    expect([response.status, response.refusal]).toEqual([200, undefined])
  })

  it('gives the handler the context of the test, or one of its own', async () => {
    const contexts: unknown[] = []
    const handler = async (_event: AlbEvent, context: unknown): Promise<AlbResult> => {
      contexts.push(context)
      return { statusCode: 200 } as AlbResult
    }
    const mine = createLambdaContext({ awsRequestId: 'mine' })
    await invoke(handler, createAlbEvent(), { context: mine })
    await invoke(handler, createAlbEvent())
    expect(contexts[0]).toBe(mine)
    expect(contexts[1]).toMatchObject({ awsRequestId: expect.any(String) })
  })

  it('gives what the handler returned', async () => {
    const returned = { statusCode: 200, headers: {}, body: 'x' }
    expect((await answer(returned)).result).toBe(returned)
    expect((await answer({ statusCode: 99 })).result).toEqual({ statusCode: 99 })
  })

  it('reads an event without headers in the mode of its query, as the handler does', async () => {
    const handler = createHandler((_req, res) => {
      res.setHeader('x-a', '1')
      res.end('ok')
    })
    for (const event of [
      { httpMethod: 'GET', path: '/' },
      { httpMethod: 'GET', path: '/', queryStringParameters: {} },
      { httpMethod: 'GET', path: '/', multiValueQueryStringParameters: {} },
      {
        httpMethod: 'GET',
        path: '/',
        headers: null,
        multiValueQueryStringParameters: { a: ['1'] },
      },
      { httpMethod: 'GET', path: '/', headers: {}, multiValueQueryStringParameters: { a: ['1'] } },
      { httpMethod: 'GET', path: '/', multiValueHeaders: null, queryStringParameters: {} },
    ]) {
      const response = await invoke(handler, event)
      expect([response.refusal, response.headers['x-a']], JSON.stringify(event)).toEqual([
        undefined,
        '1',
      ])
    }
  })

  it('parses JSON for the test', async () => {
    expect((await answer({ statusCode: 200, body: '{"a":[1]}' })).json()).toEqual({ a: [1] })
  })
})
