import { describe, expect, it } from 'vitest'
import { MODES } from '../../helpers/modes.js'
import { explain, respond } from './respond.js'

describe.each(MODES)('a result in %s-value mode', (mode) => {
  it('needs a statusCode and nothing else', () => {
    const { status, reason, body } = respond({ statusCode: 200 }, { mode })
    expect({ status, reason, body }).toEqual({ status: 200, reason: 'OK', body: Buffer.alloc(0) })
  })

  it.each([
    [{ body: 'x' }, 'no statusCode'],
    [{}, 'no statusCode'],
    ['null', 'returned null'],
    ['[]', 'returned an array'],
    ['"hello"', 'returned the string "hello"'],
    ['7', 'returned the number 7'],
    ['true', 'returned the boolean true'],
    ['', 'is empty'],
    ['{"statusCode":200', 'not JSON'],
  ])('that is %j is refused: %s', (result, reason) => {
    expect(explain(result, { mode })).toContain(reason)
    expect(explain(result, { mode })).toContain('{"statusCode":200}')
  })
})

describe('statusCode', () => {
  it.each([200, 204, 299, 404, 499, 599])('%d is taken', (statusCode) => {
    expect(respond({ statusCode }).status).toBe(statusCode)
  })

  it.each([
    ['"200"', 'the string "200"'],
    ['null', 'null'],
    ['200.5', 'the number 200.5'],
    ['199', 'the number 199'],
    ['100', 'the number 100'],
    ['600', 'the number 600'],
    ['0', 'the number 0'],
    ['1e400', 'the number Infinity'],
    ['[200]', 'an array'],
    ['{}', 'an object'],
    ['true', 'the boolean true'],
  ])('%s is refused', (json, shown) => {
    expect(explain(`{"statusCode":${json}}`)).toContain(`statusCode is ${shown}; the ALB`)
  })

  it('as a string is refused with the number to send', () => {
    expect(explain({ statusCode: '404' })).toBe(
      'statusCode is the string "404"; the ALB takes a whole number from 200 to 599 only, so send 404',
    )
  })

  it.each([
    ['"200"', 200],
    ['200.9', 200],
    ['600', 600],
    ['"999"', 999],
  ])('%s is %d with oddStatusCode: accept', (json, status) => {
    expect(respond(`{"statusCode":${json}}`, { oddStatusCode: 'accept' }).status).toBe(status)
  })

  it.each(['"ok"', '""', 'null', '101', '1000', '1e400', '[200]', 'true'])(
    '%s cannot be a status, not even with oddStatusCode: accept',
    (json) => {
      expect(explain(`{"statusCode":${json}}`, { oddStatusCode: 'accept' })).toContain('statusCode')
    },
  )
})

describe('the reason phrase', () => {
  it('is the standard one without a statusDescription, and none for a code without one', () => {
    expect(respond({ statusCode: 404 }).reason).toBe('Not Found')
    expect(respond({ statusCode: 299 }).reason).toBe('')
  })

  it.each([
    ['404 Not Found', 'Not Found'],
    ['404 NotFound', 'NotFound'],
    ['404 Gone fishing, back soon', 'Gone fishing, back soon'],
    ['404 404 Not', '404 Not'],
  ])('of %j is %j', (statusDescription, reason) => {
    expect(respond({ statusCode: 404, statusDescription }).reason).toBe(reason)
  })

  it.each([null, 404, true, {}, ['404 Not Found']])('is refused for %j', (statusDescription) => {
    const result = { statusCode: 404, statusDescription }
    expect(explain(result)).toContain('"404 Not Found"')
    // Seen as 502 for null; the switch is for strings only.
    expect(explain(result, { oddStatusDescription: 'accept' })).toContain('statusDescription')
  })

  it.each([
    ['', 'Not Found'],
    ['OK', 'OK'],
    ['200 OK', 'OK'],
    ['404', 'Not Found'],
    ['404 ', 'Not Found'],
    ['404  Not Found', 'Not Found'],
    ['4040 x', '4040 x'],
  ])('of %j is refused, or %j when accepted', (statusDescription, reason) => {
    const result = { statusCode: 404, statusDescription }
    expect(explain(result)).toContain(`the string ${JSON.stringify(statusDescription)}`)
    expect(respond(result, { oddStatusDescription: 'accept' }).reason).toBe(reason)
  })

  it('cannot split the response', () => {
    const result = { statusCode: 200, statusDescription: '200 OK\r\nSet-Cookie: a=1' }
    expect(explain(result)).toContain('statusDescription holds the control character "\\r"')
    expect(explain(result, { oddStatusDescription: 'accept' })).toContain('control character')
  })

  it('goes as UTF-8 when it is not ASCII, or is refused', () => {
    const result = { statusCode: 200, statusDescription: '200 Schön' }
    expect(respond(result).reason).toBe('Sch\xc3\xb6n')
    expect(explain(result, { nonAsciiHeaders: 'refuse' })).toContain('"ö"')
  })
})
