import { describe, expect, it } from 'vitest'
import { MODES } from '../../helpers/modes.js'
import { type Circumstances, explain, linesOf, respond } from './respond.js'

/** The lines after those that the load balancer makes. */
function customLines(result: object, circumstances: Circumstances = {}): string[] {
  const lines = linesOf(respond({ statusCode: 200, ...result }, circumstances))
  return lines.filter(
    (line) => !/^(?:Server: awselb|Date: |Content-Type: application\/o)/.test(line),
  )
}

const why = (result: object, circumstances: Circumstances = {}): string =>
  explain({ statusCode: 200, ...result }, circumstances)

describe('headers in single-value mode', () => {
  it.each([
    [22, 'the number 22', '"22"'],
    [true, 'the boolean true', '"true"'],
    [false, 'the boolean false', '"false"'],
    [null, 'null', 'leave the header out'],
    [{}, 'an object', 'leave the header out'],
    [['a'], 'an array', 'lambda.multi_value_headers.enabled'],
  ])('with the value %j are refused', (value, shown, remedy) => {
    const explanation = why({ headers: { 'content-length': value } })
    expect(explanation).toContain(
      `headers["content-length"] is ${shown}; the ALB takes strings only`,
    )
    expect(explanation).toContain(remedy)
  })

  it.each([[null], ['x'], [1], [[]]])('that are %j are refused', (headers) => {
    expect(why({ headers })).toMatch(/^headers is .* takes an object only/)
    expect(why({ headers, multiValueHeaders: { a: ['b'] } })).toMatch(/^headers is /)
  })

  it('may be empty or absent', () => {
    expect(customLines({ headers: {} })).toEqual([])
    expect(customLines({})).toEqual([])
  })

  it.each([[null], [{}], [{ a: ['1'] }], ['x'], [[1]]])(
    'count alone when multiValueHeaders are %j',
    (multiValueHeaders) => {
      expect(customLines({ headers: { x: 'y' }, multiValueHeaders })).toEqual(['x: y'])
    },
  )

  it('in the other form alone are refused, or ignored by wrongHeaderForm', () => {
    const result = { multiValueHeaders: { 'x-a': ['1'] } }
    expect(why(result)).toBe(
      'The result has multiValueHeaders but no headers, and the target group is in single-value mode, where the ALB reads headers only; answer in the form of the event',
    )
    expect(customLines(result, { wrongHeaderForm: 'ignore' })).toEqual([])
    expect(customLines({ multiValueHeaders: null })).toEqual([])
    expect(customLines({ multiValueHeaders: {} })).toEqual([])
  })

  it('keep each spelling of a name', () => {
    const headers = { 'set-cookie': 'a=1', 'Set-cookie': 'b=2', 'sEt-cookie': 'c=3' }
    expect(customLines({ headers })).toEqual([
      'sEt-cookie: c=3',
      'Set-cookie: b=2',
      'set-cookie: a=1',
    ])
  })
})

describe('headers in multi-value mode', () => {
  const mode = 'multi'

  it.each([
    ['1', 'multiValueHeaders["x-a"] is the string "1"'],
    [1, 'multiValueHeaders["x-a"] is the number 1'],
    [null, 'multiValueHeaders["x-a"] is null'],
    [{ 0: '1' }, 'multiValueHeaders["x-a"] is an object'],
    [['1', 2], 'multiValueHeaders["x-a"][1] is the number 2'],
    [[null], 'multiValueHeaders["x-a"][0] is null'],
    [[['1']], 'multiValueHeaders["x-a"][0] is an array'],
  ])('with %j are refused', (value, shown) => {
    expect(why({ multiValueHeaders: { 'x-a': value } }, { mode })).toContain(shown)
  })

  it('that are null are refused, and those of the other form ignored', () => {
    expect(why({ multiValueHeaders: null }, { mode })).toContain('multiValueHeaders is null')
    const result = { multiValueHeaders: { x: ['1'] }, headers: { y: 2 } }
    expect(customLines(result, { mode })).toEqual(['x: 1'])
    expect(customLines({ multiValueHeaders: { x: ['1'] }, headers: null }, { mode })).toEqual([
      'x: 1',
    ])
  })

  it('in the other form alone are refused, or ignored by wrongHeaderForm', () => {
    const result = { headers: { 'x-a': '1' } }
    expect(why(result, { mode })).toContain('has headers but no multiValueHeaders')
    expect(customLines(result, { mode, wrongHeaderForm: 'ignore' })).toEqual([])
  })

  it('are sent last to first, the values of a name too', () => {
    const multiValueHeaders = { 'x-a': ['1', '2'], 'set-cookie': ['a=1', 'b=2'], 'x-b': [] }
    expect(customLines({ multiValueHeaders }, { mode })).toEqual([
      'set-cookie: b=2',
      'set-cookie: a=1',
      'x-a: 2',
      'x-a: 1',
    ])
    expect(customLines({ multiValueHeaders }, { mode, responseHeaderOrder: 'keep' })).toEqual([
      'x-a: 1',
      'x-a: 2',
      'set-cookie: a=1',
      'set-cookie: b=2',
    ])
  })
})

describe.each(MODES)('headers in %s-value mode', (mode) => {
  const inForm = (headers: Record<string, string>): object =>
    mode === 'single'
      ? { headers }
      : {
          multiValueHeaders: Object.fromEntries(
            Object.entries(headers).map(([name, value]) => [name, [value]]),
          ),
        }

  it('keep the spelling of names, and any name that is a token', () => {
    const headers = { 'X-MiXed': '1', "!#$%&'*+-.^_`|~09az": '2' }
    expect(customLines(inForm(headers), { mode, responseHeaderOrder: 'keep' })).toEqual([
      'X-MiXed: 1',
      "!#$%&'*+-.^_`|~09az: 2",
    ])
  })

  it('may have a field named __proto__', () => {
    const json = JSON.stringify({ statusCode: 200, ...inForm({ proto: '1' }) })
    const result = json.replace('"proto"', '"__proto__"')
    expect(linesOf(respond(result, { mode }))).toContain('__proto__: 1')
  })

  it.each(['', 'x y', 'x:', 'x\r\ny', 'é', 'x\u0000'])('are refused for the name %j', (name) => {
    expect(why(inForm({ [name]: '1' }), { mode })).toContain(JSON.stringify(name))
    // Not only the first time.
    expect(why(inForm({ [name]: '1' }), { mode })).toContain(JSON.stringify(name))
  })

  it.each(['a\r\nSet-Cookie: b=1', 'a\n', '\r', 'a\u0000b', '\u0007', '\u007f'])(
    'are refused for the value %j',
    (value) => {
      const path = mode === 'single' ? 'headers["x-a"]' : 'multiValueHeaders["x-a"][0]'
      expect(why(inForm({ 'x-a': value }), { mode })).toContain(`${path} holds the control char`)
    },
  )

  it('keep a tab', () => {
    expect(customLines(inForm({ 'x-a': 'a\tb' }), { mode })).toEqual(['x-a: a\tb'])
  })

  it('go as UTF-8 bytes when they are not ASCII, or are refused', () => {
    const result = inForm({ 'x-a': 'é😀' })
    const bytes = Buffer.from('é😀').toString('latin1')
    expect(customLines(result, { mode })).toEqual([`x-a: ${bytes}`])
    expect(why(result, { mode, nonAsciiHeaders: 'refuse' })).toContain('holds "é"')
    expect(why(inForm({ 'x-a': '😀' }), { mode, nonAsciiHeaders: 'refuse' })).toContain('"😀"')
  })

  it('of one connection are dropped, and so is Content-Length', () => {
    const headers = {
      Connection: 'close, x-a',
      'keep-alive': 'timeout=5',
      'Transfer-Encoding': 'chunked',
      upgrade: 'h2c',
      te: 'trailers',
      trailer: 'x-sum',
      'Proxy-Authenticate': 'Basic',
      'proxy-authorization': 'Basic eA==',
      'proxy-connection': 'close',
      'content-length': '999',
      'x-a': '1',
    }
    const response = respond({ statusCode: 200, body: 'x', ...inForm(headers) }, { mode })
    expect(linesOf(response).slice(3)).toEqual(['x-a: 1'])
    expect(response.body).toEqual(Buffer.from('x'))
    expect(response.close).toBeUndefined()
  })

  it('over 32 K together are refused, one byte less is not', () => {
    const own = respond({ statusCode: 200 }, { mode }).headers
    const ownBytes = own.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0)
    const room = 32_768 - 'HTTP/1.1 200 OK\r\n'.length - ownBytes - 'x-a: \r\n'.length
    expect(customLines(inForm({ 'x-a': 'v'.repeat(room) }), { mode })).toHaveLength(1)
    expect(why(inForm({ 'x-a': 'v'.repeat(room + 1) }), { mode })).toContain('32,769 bytes')
    // Bytes count, not characters.
    expect(why(inForm({ 'x-a': 'é'.repeat(room / 2 + 1) }), { mode })).toContain('32,7')
  })
})

describe('the order on the wire', () => {
  const headers = {
    'X-A': '1',
    'content-type': 'text/plain',
    'Set-Cookie': 'a=1',
    'X-B': '2',
  }

  it('is Server, Date, Content-Type, then the others last to first', () => {
    const lines = linesOf(respond({ statusCode: 200, headers }))
    expect(lines[0]).toBe('Server: awselb/2.0')
    const date = lines[1]?.slice('Date: '.length) ?? ''
    expect(lines[1]).toMatch(/^Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/)
    expect(Math.abs(Date.parse(date) - Date.now())).toBeLessThan(10_000)
    expect(lines.slice(2)).toEqual([
      'content-type: text/plain',
      'X-B: 2',
      'Set-Cookie: a=1',
      'X-A: 1',
    ])
  })

  it('keeps that of the result with responseHeaderOrder: keep', () => {
    const lines = linesOf(respond({ statusCode: 200, headers }, { responseHeaderOrder: 'keep' }))
    expect(lines.slice(2)).toEqual([
      'content-type: text/plain',
      'X-A: 1',
      'Set-Cookie: a=1',
      'X-B: 2',
    ])
  })

  it('leaves a Date and a Server of the function among its fields, and adds none', () => {
    const own = { Date: 'Thu, 01 Jan 1970 00:00:00 GMT', 'X-Once': '1', SERVER: 'mine' }
    expect(linesOf(respond({ statusCode: 200, headers: own })).slice(1)).toEqual([
      'SERVER: mine',
      'X-Once: 1',
      'Date: Thu, 01 Jan 1970 00:00:00 GMT',
    ])
  })

  it('has no Server with serverHeader off', () => {
    const lines = linesOf(respond({ statusCode: 200 }, { serverHeader: false }))
    expect(lines[0]).toMatch(/^Date: /)
    expect(lines.join('\n')).not.toMatch(/server/i)
  })
})

describe('Content-Type', () => {
  it('is application/octet-stream when the function gave none, or what defaultContentType says', () => {
    const typesOf = (circumstances: Circumstances, result: object = {}): string[] =>
      linesOf(respond({ statusCode: 200, body: 'x', ...result }, circumstances)).filter((line) =>
        /^content-type/i.test(line),
      )
    expect(typesOf({})).toEqual(['Content-Type: application/octet-stream'])
    expect(typesOf({ defaultContentType: 'text/html' })).toEqual(['Content-Type: text/html'])
    expect(typesOf({ defaultContentType: 'none' })).toEqual([])
    expect(typesOf({}, { headers: { 'CONTENT-TYPE': 'a/b' } })).toEqual(['CONTENT-TYPE: a/b'])
    const several = { multiValueHeaders: { 'content-type': ['a/b', 'c/d'] } }
    expect(typesOf({ mode: 'multi' }, several)).toEqual(['content-type: c/d', 'content-type: a/b'])
    expect(typesOf({}, { statusCode: 204 })).toEqual([])
    expect(typesOf({}, { statusCode: 304 })).toEqual([])
    expect(typesOf({}, { statusCode: 304, headers: { 'content-type': 'a/b' } })).toHaveLength(1)
  })
})
