import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AlbOptions, resolveOptions } from '../../../packages/local-alb/src/options.js'
import { RefusedError } from '../../../packages/local-alb/src/message.js'
import { toResponse } from '../../../packages/local-alb/src/result/result.js'
import { createForwardedRequest } from '../../helpers/http-request.js'

const ACCEPTING: AlbOptions = {
  wrongHeaderForm: 'ignore',
  oddStatusCode: 'accept',
  oddStatusDescription: 'accept',
  invalidBase64: 'accept',
}

/** What a function may return that looks like a result, with every member right, odd or wrong. */
const name = fc.oneof(
  fc.constantFrom('content-type', 'Set-Cookie', 'LOCATION', 'Date', 'connection', '__proto__'),
  fc.string(),
)
const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }))
const headers = fc.oneof(fc.dictionary(name, text), fc.dictionary(name, fc.jsonValue()))
const multiValueHeaders = fc.oneof(fc.dictionary(name, fc.array(text)), fc.jsonValue())
const resultLike = fc.record(
  {
    statusCode: fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: 195, max: 610 }) },
      fc.jsonValue(),
    ),
    statusDescription: fc.oneof(fc.constantFrom('200 OK', '404 Not Found'), fc.jsonValue()),
    headers: fc.oneof(headers, fc.jsonValue()),
    multiValueHeaders,
    body: fc.oneof(text, fc.base64String(), fc.jsonValue()),
    isBase64Encoded: fc.oneof(fc.boolean(), fc.jsonValue()),
  },
  { requiredKeys: [] },
)

const request = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'POST'),
  target: fc.webUrl().map((url) => `/${url}`),
  headers: fc.constantFrom(
    [['Host', 'lb']] as const,
    [['Host', 'not a host']] as const,
    [] as const,
  ),
})

describe('whatever a function returns', () => {
  it.each([
    ['with the default options', {}],
    ['with everything odd accepted', ACCEPTING],
  ])('it is a response fit for the wire, or a 502 that says why, %s', (_, options) => {
    const settings = resolveOptions(options)
    const payload = fc.oneof(
      resultLike.map((value) => JSON.stringify(value)),
      fc.json(),
      fc.string(),
    )
    fc.assert(
      fc.property(payload, request, fc.boolean(), (json, parts, multi) => {
        const forwarded = createForwardedRequest(parts)
        try {
          const response = toResponse(json, forwarded, { multiValueHeaders: multi }, settings)
          expect(response.status).toBeGreaterThanOrEqual(200)
          expect(response.status).toBeLessThan(1000)
          const lines = response.headers.map(([key, value]) => `${key}: ${value}`)
          for (const line of [response.reason, ...lines]) {
            // One line each, of bytes.
            expect(line).toMatch(/^[\t\x20-\x7e\x80-\xff]*$/)
          }
          for (const [key] of response.headers) {
            expect(key).toMatch(/^[!#$%&'*+\-.^`|~\w]+$/)
            expect(key).not.toMatch(/^(?:connection|transfer-encoding|keep-alive)$/i)
          }
        } catch (error) {
          if (!(error instanceof RefusedError)) throw error
          expect(error.refusal.status).toBe(502)
          expect(error.refusal.errorReason).toBe('LambdaInvalidResponse')
          expect(error.refusal.explanation.length).toBeGreaterThan(20)
        }
      }),
      { numRuns: 1000 },
    )
  })
})
