import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { toEvent } from '../../../packages/local-alb/src/event/event.js'
import type { HeaderField } from '../../../packages/local-alb/src/message.js'
import { type AlbOptions, resolveOptions } from '../../../packages/local-alb/src/options.js'
import { ARN, createForwardedRequest, refusalOf } from '../../helpers/http-request.js'

interface Fields {
  readonly type?: string
  readonly encoding?: string
  readonly version?: '1.0' | '1.1' | '2.0'
}

function bodyOf(
  body: string | Buffer,
  { type, encoding, version = '1.1' }: Fields,
  options: AlbOptions = {},
): [body: string, isBase64Encoded: boolean] {
  const headers: HeaderField[] = [['Host', 'lb']]
  if (type !== undefined) headers.push(['Content-Type', type])
  if (encoding !== undefined) headers.push(['Content-Encoding', encoding])
  const request = createForwardedRequest({ method: 'POST', headers, version }, options)
  const group = { arn: ARN, multiValueHeaders: false }
  const event = JSON.parse(toEvent(request, Buffer.from(body), group, resolveOptions(options))) as {
    body: string
    isBase64Encoded: boolean
  }
  return [event.body, event.isBase64Encoded]
}

const base64 = (text: string | Buffer): string => Buffer.from(text).toString('base64')
const TEXT = '{"n":"é😀\u2028\\"}\u0000\r\n'

describe('a body of the text types', () => {
  it.each([
    'text/plain',
    'text/html; charset=utf-8',
    'text/x-anything',
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset=iso-8859-1',
    'application/javascript',
    'application/xml',
    'Application/JSON ; x=y',
    'TEXT/PLAIN',
  ])('%s goes as it is', (type) => {
    expect(bodyOf(TEXT, { type })).toEqual([TEXT, false])
  })

  it('keeps a byte order mark', () => {
    expect(bodyOf('\ufeffa', { type: 'text/plain' })).toEqual(['\ufeffa', false])
  })

  it.each(['gzip', 'identity', ''])('is base64 with Content-Encoding: "%s"', (encoding) => {
    expect(bodyOf(TEXT, { type: 'text/plain', encoding })).toEqual([base64(TEXT), true])
  })

  it('is base64 when compressed, and the bytes are those sent', () => {
    const zipped = gzipSync('hello')
    expect(bodyOf(zipped, { type: 'text/plain', encoding: 'gzip' })).toEqual([base64(zipped), true])
  })

  it.each([Buffer.from([0xff]), Buffer.from('Zo\xeb', 'latin1'), Buffer.from([0xed, 0xa0, 0x80])])(
    'is refused when it is not UTF-8: %j',
    (bytes) => {
      const send = (): unknown => bodyOf(bytes, { type: 'text/plain; charset=latin1' })
      expect(refusalOf(send)).toMatchObject({ status: 400, errorReason: 'LambdaBadRequest' })
      expect(refusalOf(send).explanation).toContain('"text/plain; charset=latin1"')
    },
  )
})

describe('a body of any other type', () => {
  it.each([
    undefined,
    '',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/octet-stream',
    'application/graphql',
    'application/vnd.api+json',
    'application/atom+xml',
    'application/json-patch',
    'application/x-javascript',
    'image/svg+xml',
    'textual/plain',
    'text',
  ])('%s is base64', (type) => {
    expect(bodyOf('a=1', { ...(type !== undefined && { type }) })).toEqual(['YT0x', true])
  })

  it('has its bytes unharmed', () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
    const [body] = bodyOf(bytes, { type: 'image/png' })
    expect(Buffer.from(body, 'base64')).toEqual(bytes)
  })
})

describe('charsetAware', () => {
  const latin1 = Buffer.from('Zo\xeb', 'latin1')
  const aware = { charsetAware: true }

  it.each(['iso-8859-1', '"ISO-8859-1"', 'utf-16'])('sends charset=%s in base64', (charset) => {
    const type = `text/plain; format=flowed; charset=${charset}`
    expect(bodyOf(latin1, { type }, aware)).toEqual([base64(latin1), true])
  })

  it.each(['utf-8', 'UTF-8', '"utf-8"', 'us-ascii'])('leaves charset=%s as text', (charset) => {
    expect(bodyOf('a', { type: `text/plain;charset=${charset}` }, aware)).toEqual(['a', false])
  })

  it('leaves a type without charset as text, which must be UTF-8', () => {
    expect(bodyOf('é', { type: 'text/plain; x=charset' }, aware)).toEqual(['é', false])
    expect(refusalOf(() => bodyOf(latin1, { type: 'text/plain' }, aware)).status).toBe(400)
  })
})

describe('an empty body', () => {
  it.each([
    ['h2', '1.0', undefined, false],
    ['h2', '1.1', undefined, false],
    ['h2', '1.1', 'image/png', false],
    ['h2', '2.0', undefined, true],
    ['h2', '2.0', 'image/png', true],
    ['h2', '2.0', 'text/plain', false],
    ['always', '1.1', undefined, true],
    ['always', '1.1', 'application/json', false],
    ['always', '2.0', undefined, true],
    ['never', '1.1', undefined, false],
    ['never', '2.0', 'image/png', false],
  ] as const)('with %s over HTTP/%s and type %s has the flag %s', (when, version, type, flag) => {
    const fields = { version, ...(type !== undefined && { type }) }
    expect(bodyOf('', fields, { emptyBodyBase64: when })).toEqual(['', flag])
  })

  it('follows the h2 rule by default', () => {
    expect(bodyOf('', { version: '2.0' })).toEqual(['', true])
    expect(bodyOf('', { version: '1.1' })).toEqual(['', false])
  })
})
