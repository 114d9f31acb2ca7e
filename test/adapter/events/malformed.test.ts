import { describe, expect, it } from 'vitest'
import { createHandler, ExpressAlbError, type AlbEvent } from 'express-alb'
import { createLambdaContext } from 'express-alb/testing'

const handler = createHandler((_req, res) => {
  res.end('ok')
})

const failureOf = (event: unknown): Promise<unknown> =>
  handler(event as AlbEvent, createLambdaContext()).then(
    () => 'answered',
    (error: unknown) => error,
  )

/** What a field must be, as the message says it. */
const expectedOf = (field: string): string => {
  if (field === 'httpMethod') return 'an HTTP method'
  if (field === 'path') return 'a path'
  if (field === 'isBase64Encoded') return 'true or false'
  return /\[|^body$/.test(field) ? 'a string' : 'an object'
}

const GOOD: AlbEvent = { httpMethod: 'GET', path: '/' }
const MULTI: AlbEvent = { ...GOOD, multiValueHeaders: {} }

describe('a malformed event', () => {
  it.each([
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a string', '{"httpMethod":"GET"}', 'httpMethod'],
    ['a number', 7, '7'],
    ['a boolean', true, 'true'],
  ])('that is %s is refused with what it is', async (_name, event, shown) => {
    const failure = await failureOf(event)
    expect(failure).toMatchObject({ code: 'INVALID_EVENT', name: 'ExpressAlbError' })
    expect((failure as Error).message).toMatch(/\bevent is .*; it must be an object\.$/i)
    expect((failure as Error).message).toContain(shown)
  })

  it('that is an array is refused', async () => {
    expect(await failureOf([GOOD])).toMatchObject({ code: 'INVALID_EVENT' })
  })

  it.each([
    ['httpMethod', { path: '/' }],
    ['httpMethod', { ...GOOD, httpMethod: null }],
    ['httpMethod', { ...GOOD, httpMethod: '' }],
    ['httpMethod', { ...GOOD, httpMethod: 1 }],
    ['httpMethod', { ...GOOD, httpMethod: 'GET /' }],
    ['httpMethod', { ...GOOD, httpMethod: 'GET\r\nX: y' }],
    ['httpMethod', { ...GOOD, httpMethod: 'GÉT' }],
    ['httpMethod', { ...GOOD, httpMethod: ['GET'] }],
    ['path', { httpMethod: 'GET' }],
    ['path', { ...GOOD, path: null }],
    ['path', { ...GOOD, path: '' }],
    ['path', { ...GOOD, path: 'x' }],
    ['path', { ...GOOD, path: 'x/y' }],
    ['path', { ...GOOD, path: '*x' }],
    ['path', { ...GOOD, path: '://x' }],
    ['path', { ...GOOD, path: 1 }],
    ['path', { ...GOOD, path: { toString: 1 } }],
    ['headers', { ...GOOD, headers: 'host: x' }],
    ['headers', { ...GOOD, headers: ['host', 'x'] }],
    ['headers["x"]', { ...GOOD, headers: { x: 1 } }],
    ['headers["x"]', { ...GOOD, headers: { x: true } }],
    ['headers["x"]', { ...GOOD, headers: { x: null } }],
    ['headers["x"]', { ...GOOD, headers: { x: {} } }],
    ['headers["x"]', { ...GOOD, headers: { x: ['a', 1] } }],
    ['multiValueHeaders', { ...GOOD, multiValueHeaders: 'host: x' }],
    ['multiValueHeaders', { ...GOOD, multiValueHeaders: [['host', 'x']] }],
    ['multiValueHeaders["x"]', { ...GOOD, multiValueHeaders: { x: [1] } }],
    ['multiValueHeaders["x"]', { ...GOOD, multiValueHeaders: { x: [null] } }],
    ['multiValueHeaders["x"]', { ...GOOD, multiValueHeaders: { x: [['a']] } }],
    ['queryStringParameters', { ...GOOD, queryStringParameters: 'a=1' }],
    ['queryStringParameters', { ...GOOD, queryStringParameters: ['a'] }],
    ['queryStringParameters["a"]', { ...GOOD, queryStringParameters: { a: 1 } }],
    ['queryStringParameters["a"]', { ...GOOD, queryStringParameters: { a: null } }],
    ['queryStringParameters["a"]', { ...GOOD, queryStringParameters: { a: ['x', {}] } }],
    ['multiValueQueryStringParameters', { ...MULTI, multiValueQueryStringParameters: 'a=1' }],
    [
      'multiValueQueryStringParameters["a"]',
      { ...MULTI, multiValueQueryStringParameters: { a: [1] } },
    ],
    ['body', { ...GOOD, body: { a: 1 } }],
    ['body', { ...GOOD, body: 1 }],
    ['body', { ...GOOD, body: [] }],
    ['body', { ...GOOD, body: true }],
    ['isBase64Encoded', { ...GOOD, body: 'x', isBase64Encoded: 'false' }],
    ['isBase64Encoded', { ...GOOD, isBase64Encoded: 0 }],
  ])('is refused by the name of the field: %s in %j', async (field, event) => {
    const failure = await failureOf(event)
    expect(failure).toBeInstanceOf(ExpressAlbError)
    expect(failure).toMatchObject({ code: 'INVALID_EVENT' })
    expect((failure as Error).message.replaceAll("'", '"')).toContain(`event.${field} `)
    expect((failure as Error).message).toMatch(new RegExp(`; it must be ${expectedOf(field)}\\.$`))
  })

  it('is refused with the value in short, on one line', async () => {
    const failure = (await failureOf({ ...GOOD, path: `x\n${'y'.repeat(500)}` })) as Error
    expect(failure.message).toContain('yyy')
    expect(failure.message).not.toContain('\n')
    expect(failure.message.length).toBeLessThan(300)
  })

  it.each(['headers', 'queryStringParameters'])(
    'is refused with the name in short, on one line, in %s',
    async (field) => {
      for (const name of [`x\n${'y'.repeat(50_000)}`, 'z\r\nlevel: info']) {
        const failure = (await failureOf({ ...GOOD, [field]: { [name]: null } })) as Error
        expect(failure.message).toContain(`event.${field}['${name.charAt(0)}`)
        expect(failure.message).not.toMatch(/[\n\r]/)
        expect(failure.message.length).toBeLessThan(300)
      }
    },
  )

  it.each([
    ['a long array', Array.from({ length: 30 }, (_, index) => [index])],
    ['a large object', Object.fromEntries(Array.from({ length: 30 }, (_, index) => [index, {}]))],
    ['text in lines', 'a\r\nb\u2028c'],
  ])('is refused on one line of a log when the value is %s', async (_name, value) => {
    for (const event of [
      { ...GOOD, path: value },
      { ...GOOD, body: [value] },
      { ...GOOD, httpMethod: value },
    ]) {
      const failure = (await failureOf(event)) as Error
      expect(failure.message).not.toMatch(/[\n\r]/)
      // Nor with the indentation of many lines.
      expect(failure.message).not.toMatch(/ {2}/)
    }
  })
})
