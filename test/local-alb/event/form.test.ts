import { describe, expect, it } from 'vitest'
import { toEvent } from '../../../packages/local-alb/src/event/event.js'
import type { AlbOptions } from '../../../packages/local-alb/src/options.js'
import { resolveOptions } from '../../../packages/local-alb/src/options.js'
import {
  ARN,
  createForwardedRequest,
  HTTPS_443,
  refusalOf,
  type RequestParts,
} from '../../helpers/http-request.js'
import { MODES, type Mode } from '../../helpers/modes.js'

function eventText(parts: RequestParts, mode: Mode, options: AlbOptions = {}): string {
  const request = createForwardedRequest(parts, options)
  const group = { arn: ARN, multiValueHeaders: mode === 'multi' }
  return toEvent(request, (parts.body as Buffer) ?? Buffer.alloc(0), group, resolveOptions(options))
}

const CURL: RequestParts = {
  target: '/lambda?query=1234ABCD',
  headers: [
    ['Host', 'lambda-846800462-us-east-2.elb.amazonaws.com'],
    ['User-Agent', 'curl/7.54.0'],
    ['Accept', '*/*'],
    ['X-Amzn-Trace-Id', 'Root=1-5bdb40ca-556d8b0c50dc66f0511bf520'],
  ],
}

describe('an event', () => {
  // The fields, their order and the order of the keys are those of captured events, such as the test data of
  // aws-lambda-go (events/testdata/alb-lambda-target-request-*.json).
  it('of single values has these members and no other, in this order', () => {
    const text = eventText(CURL, 'single')
    const trace = /"x-amzn-trace-id":"(.*?)"/.exec(text)?.[1]
    expect(trace).toMatch(/^Self=1-.*;Root=1-5bdb40ca-556d8b0c50dc66f0511bf520$/)
    expect(text).toBe(
      JSON.stringify({
        requestContext: { elb: { targetGroupArn: ARN } },
        httpMethod: 'GET',
        path: '/lambda',
        queryStringParameters: { query: '1234ABCD' },
        headers: {
          accept: '*/*',
          host: 'lambda-846800462-us-east-2.elb.amazonaws.com',
          'user-agent': 'curl/7.54.0',
          'x-amzn-trace-id': trace,
          'x-forwarded-for': '203.0.113.7',
          'x-forwarded-port': '80',
          'x-forwarded-proto': 'http',
        },
        body: '',
        isBase64Encoded: false,
      }),
    )
  })

  it('of multiple values has arrays only', () => {
    const text = eventText({ ...CURL, connection: HTTPS_443 }, 'multi')
    const trace = /"x-amzn-trace-id":\["(.*?)"/.exec(text)?.[1]
    expect(text).toBe(
      JSON.stringify({
        requestContext: { elb: { targetGroupArn: ARN } },
        httpMethod: 'GET',
        path: '/lambda',
        multiValueQueryStringParameters: { query: ['1234ABCD'] },
        multiValueHeaders: {
          accept: ['*/*'],
          host: ['lambda-846800462-us-east-2.elb.amazonaws.com'],
          'user-agent': ['curl/7.54.0'],
          'x-amzn-trace-id': [trace],
          'x-forwarded-for': ['203.0.113.7'],
          'x-forwarded-port': ['443'],
          'x-forwarded-proto': ['https'],
        },
        body: '',
        isBase64Encoded: false,
      }),
    )
  })
})

describe.each(MODES)('an event in %s-value mode', (mode) => {
  const parse = (parts: RequestParts, options: AlbOptions = {}): Record<string, unknown> =>
    JSON.parse(eventText(parts, mode, options)) as Record<string, unknown>
  const headersOf = (parts: RequestParts): Record<string, unknown> => {
    const { headers, multiValueHeaders } = parse(parts)
    return (headers ?? multiValueHeaders) as Record<string, unknown>
  }

  it('has the method letter for letter', () => {
    expect(parse({ method: 'pUrge"\\' })).toMatchObject({ httpMethod: 'pUrge"\\' })
  })

  it('has names in lower case and, of a repeated one, the last value or all', () => {
    const headers = [
      ['Host', 'lb'],
      ['X-Two', 'first, still first'],
      ['X-One', ' "quoted" \\ '],
      ['x-two', 'second'],
      ['X-Empty', ''],
    ] as const
    expect(headersOf({ headers })).toMatchObject(
      mode === 'single'
        ? { 'x-two': 'second', 'x-one': ' "quoted" \\ ', 'x-empty': '' }
        : {
            'x-two': ['first, still first', 'second'],
            'x-one': [' "quoted" \\ '],
            'x-empty': [''],
          },
    )
    expect(Object.keys(headersOf({ headers }))).not.toContain('X-Two')
  })

  it('holds a field and a parameter named __proto__ like any other', () => {
    const text = eventText({ target: '/?__proto__=q', headers: [['__proto__', 'h']] }, mode)
    expect(text).toContain(
      mode === 'single'
        ? '"queryStringParameters":{"__proto__":"q"}'
        : '"multiValueQueryStringParameters":{"__proto__":["q"]}',
    )
    expect(text).toContain(mode === 'single' ? '"__proto__":"h"' : '"__proto__":["h"]')
  })

  it('has its keys in alphabetical order, also those that look like numbers', () => {
    const text = eventText({ target: '/?b=1&10=2&a=3&9=4&B=5' }, mode)
    const keys = [...text.matchAll(/"(\w+)":(?:"|\[")\d/g)].map(([, key]) => key)
    expect(keys).toEqual(['10', '9', 'B', 'a', 'b'])
  })

  it('shows UTF-8 bytes of the path, the query and the fields as text', () => {
    const bytes = (text: string): string => Buffer.from(text).toString('latin1')
    const event = parse({
      target: bytes('/é😀?ä=ß'),
      headers: [['X-Name', bytes('Zoë "😀"')]],
    })
    expect(event['path']).toBe('/é😀')
    expect(event['queryStringParameters'] ?? event['multiValueQueryStringParameters']).toEqual({
      ä: mode === 'single' ? 'ß' : ['ß'],
    })
    expect(headersOf({ headers: [['X-Name', bytes('Zoë "😀"')]] })).toMatchObject({
      'x-name': mode === 'single' ? 'Zoë "😀"' : ['Zoë "😀"'],
    })
  })

  it.each([
    ['The path', { target: '/a\xff' }, 'byte 3 and on: ff'],
    ['The query', { target: '/?q=\xc3(' }, 'byte 3 and on: c3 28'],
    ['The header X-Bad', { headers: [['X-Bad', 'Zo\xeb is']] }, 'byte 10 and on: eb 20 69 73'],
    // Valid only if both values were read as one.
    [
      'The header X-A',
      {
        headers: [
          ['X-A', '\xc3'],
          ['X-B', '\xa9'],
        ],
      },
      'byte 6 and on: c3',
    ],
  ] as const)('is refused when it is not UTF-8: %s', (label, parts, bytes) => {
    const refusal = refusalOf(() => eventText(parts, mode))
    expect(refusal).toMatchObject({ status: 400, errorReason: 'LambdaBadRequest' })
    expect(refusal.explanation).toContain(`${label} is not valid UTF-8 (${bytes})`)
    expect(refusalOf(() => eventText(parts, mode, { badRequestStatus: 502 })).status).toBe(502)
  })
})
