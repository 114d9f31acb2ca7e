import { describe, expect, it } from 'vitest'
import { MODES } from '../../helpers/modes.js'
import { explain, linesOf, refuse, respond } from './respond.js'

const BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))

describe.each(MODES)('a body in %s-value mode', (mode) => {
  const bodyOf = (result: object, options = {}): unknown =>
    respond({ statusCode: 200, ...result }, { mode, ...options }).body

  it('is text as UTF-8, or nothing', () => {
    expect(bodyOf({ body: 'é😀' })).toEqual(Buffer.from('é😀'))
    expect(bodyOf({ body: '' })).toEqual(Buffer.alloc(0))
    expect(bodyOf({})).toEqual(Buffer.alloc(0))
    expect(bodyOf({ body: 'aGk=', isBase64Encoded: false })).toEqual(Buffer.from('aGk='))
  })

  it.each([0, 1, 2, 3, 254, 255, 256])('is the bytes of base64, %d of them', (length) => {
    const bytes = BYTES.subarray(0, length)
    expect(bodyOf({ body: bytes.toString('base64'), isBase64Encoded: true })).toEqual(bytes)
  })

  it.each([
    [null, 'body is null', 'leave it out'],
    [{ a: 1 }, 'body is an object', 'JSON.stringify'],
    [[1], 'body is an array', 'JSON.stringify'],
    [1, 'body is the number 1', 'JSON.stringify'],
    [false, 'body is the boolean false', 'JSON.stringify'],
  ])('is refused when it is %j', (body, shown, remedy) => {
    const explanation = explain({ statusCode: 200, body }, { mode })
    expect(explanation).toContain(shown)
    expect(explanation).toContain(remedy)
  })

  it.each(['true', 1, null, {}])('is refused with isBase64Encoded: %j', (isBase64Encoded) => {
    expect(explain({ statusCode: 200, body: 'aGk=', isBase64Encoded }, { mode })).toContain(
      'isBase64Encoded is ',
    )
  })

  it.each([
    ['hello world!', Buffer.from('hello world!', 'base64')],
    ['aGk', Buffer.from('hi')],
    ['aGk=\n', Buffer.from('hi')],
    ['aG\r\nk=', Buffer.from('hi')],
    ['-_-_', Buffer.from('-_-_', 'base64url')],
    ['aGk=aGk=', Buffer.from('aGk=aGk=', 'base64')],
    ['=aGk', Buffer.from('=aGk', 'base64')],
    ['aGk*', Buffer.from('aGk*', 'base64')],
    ['é===', Buffer.from('é===', 'base64')],
  ])('is refused when it is not base64 as promised: %j', (body, bytes) => {
    const result = { statusCode: 200, body, isBase64Encoded: true }
    expect(explain(result, { mode })).toContain('not valid base64')
    expect(bodyOf(result, { invalidBase64: 'accept' })).toEqual(bytes)
  })
})

describe('answers without content', () => {
  it.each([204, 304])('%d has no body and no length', (statusCode) => {
    const response = respond({ statusCode, body: 'x', headers: { 'content-length': '1' } })
    expect(response.body).toBeUndefined()
    expect(linesOf(response).join()).not.toMatch(/content-length/i)
  })

  it('still must be valid', () => {
    expect(explain({ statusCode: 204, body: null })).toContain('body is null')
  })

  const head = { request: { method: 'HEAD' } }

  it('HEAD keeps a length that the function gave, before its other fields', () => {
    const headers = { 'X-A': '1', 'content-length': '1234' }
    const response = respond({ statusCode: 200, headers, body: '' }, head)
    expect(response.body).toBeUndefined()
    expect(linesOf(response).slice(2)).toEqual([
      'Content-Type: application/octet-stream',
      'Content-Length: 1234',
      'X-A: 1',
    ])
  })

  it('HEAD has the length of the body when the function gave none, or no number', () => {
    expect(respond({ statusCode: 200, body: 'abc' }, head).body).toEqual(Buffer.from('abc'))
    const headers = { 'content-length': 'many' }
    const response = respond({ statusCode: 200, headers, body: 'abc' }, head)
    expect(response.body).toEqual(Buffer.from('abc'))
    expect(linesOf(response).join()).not.toContain('many')
  })

  it('HEAD has the length of the body with headContentLength: computed', () => {
    const result = { statusCode: 200, headers: { 'content-length': '1234' }, body: 'abc' }
    const response = respond(result, { ...head, headContentLength: 'computed' })
    expect(response.body).toEqual(Buffer.from('abc'))
    expect(linesOf(response).join()).not.toContain('1234')
  })

  it.each([204, 304])('HEAD with %d has no length at all', (statusCode) => {
    const response = respond({ statusCode, headers: { 'content-length': '1234' } }, head)
    expect(response.body).toBeUndefined()
    expect(linesOf(response).join()).not.toMatch(/content-length/i)
  })

  it('the length of the function counts for HEAD only', () => {
    const result = { statusCode: 200, headers: { 'content-length': '1' }, body: 'abc' }
    const response = respond(result, { request: { method: 'GET' } })
    expect(response.body).toEqual(Buffer.from('abc'))
    expect(linesOf(response).join()).not.toMatch(/content-length/i)
  })
})

describe('the size of a result', () => {
  const LIMIT = 1_048_576
  /** A result of so many bytes of JSON, made of this character. */
  const sized = (bytes: number, character = 'x', jsonBytes = 1): string => {
    const frame = '{"statusCode":200,"body":""}'
    const room = bytes - frame.length
    const count = Math.floor(room / jsonBytes)
    const body = character.repeat(count) + 'x'.repeat(room - count * jsonBytes)
    return JSON.stringify({ statusCode: 200, body })
  }

  it.each([
    ['x', 1],
    ['é', 2],
    ['"', 2],
    ['\u0001', 6],
    ['😀', 4],
  ])('is counted in bytes of JSON: %j is %d', (character, bytes) => {
    expect(Buffer.byteLength(sized(LIMIT, character, bytes))).toBe(LIMIT)
    expect(respond(sized(LIMIT, character, bytes)).status).toBe(200)
    expect(refuse(sized(LIMIT + 1, character, bytes))).toMatchObject({
      status: 502,
      errorReason: 'LambdaResponseTooLarge',
    })
  })

  it('is told in the explanation', () => {
    const { explanation } = refuse(sized(1_200_000))
    expect(explanation).toContain('1,200,000 bytes')
    expect(explanation).toContain('1,048,576')
  })

  it('has the limit of resultLimit', () => {
    expect(refuse({ statusCode: 200 }, { resultLimit: 17 }).errorReason).toBe(
      'LambdaResponseTooLarge',
    )
    expect(respond({ statusCode: 200 }, { resultLimit: 18 }).status).toBe(200)
  })
})
