import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { toBodyPreview } from '../../../packages/local-alb/src/inspector/body-preview.js'
import { toDisplayText } from '../../../packages/local-alb/src/inspector/display-text.js'
import { toFixture, toJsonPreview } from '../../../packages/local-alb/src/inspector/json-preview.js'
import type { HeaderList } from '../../../packages/local-alb/src/message.js'

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

describe('the preview of a body', () => {
  it('shows text that is UTF-8', () => {
    expect(toBodyPreview(Buffer.from('grüße\n\t€'), [])).toEqual({
      kind: 'text',
      bytes: 12,
      text: 'grüße\n\t€',
      truncated: false,
      decoded: null,
      json: false,
    })
  })

  it('knows JSON by what it is, not by what it is called', () => {
    expect(toBodyPreview(Buffer.from(' {"a":[1]}'), []).json).toBe(true)
    const claims: HeaderList = [['Content-Type', 'application/json']]
    expect(toBodyPreview(Buffer.from('{"a":'), claims).json).toBe(false)
    expect(toBodyPreview(Buffer.from('12'), claims).json).toBe(false)
  })

  it('shows text in the charset that it names', () => {
    const body = Buffer.from('gr\u00FC\u00DFe', 'latin1')
    const headers: HeaderList = [['content-type', 'text/plain; charset="ISO-8859-1"']]
    expect(toBodyPreview(body, headers)).toMatchObject({ kind: 'text', text: 'grüße' })
    expect(toBodyPreview(body, [['content-type', 'text/plain; charset=nonsense']]).kind).toBe('hex')
    expect(toBodyPreview(body, []).kind).toBe('hex')
  })

  it('shows bytes that are no text as xxd does, the first kilobyte', () => {
    const { kind, text, truncated } = toBodyPreview(
      Buffer.from(Array.from({ length: 5_000 }, (_, index) => index % 256)),
      [],
    )
    expect([kind, truncated, text.split('\n')]).toEqual([
      'hex',
      true,
      expect.objectContaining({ length: 64 }),
    ])
    expect(text.split('\n')[2]).toBe(
      '000020  20 21 22 23 24 25 26 27  28 29 2a 2b 2c 2d 2e 2f   !"#$%&\'()*+,-./',
    )
    expect(toBodyPreview(Buffer.from([0, 65]), []).text).toBe(
      `000000  00 41${' '.repeat(18)}  ${' '.repeat(23)}  ·A`,
    )
  })

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
  ])('takes %s off', (coding, compress) => {
    const body = compress(Buffer.from('{"a":1}'))
    expect(toBodyPreview(body, [['Content-Encoding', coding]])).toMatchObject({
      kind: 'text',
      text: '{"a":1}',
      bytes: body.length,
      decoded: coding,
      json: true,
    })
  })

  it('does not fall for a bomb or a lie', () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024))
    expect(toBodyPreview(bomb, [['Content-Encoding', 'gzip']])).toMatchObject({
      kind: 'hex',
      decoded: null,
    })
    expect(toBodyPreview(Buffer.from('plain'), [['Content-Encoding', 'gzip']])).toMatchObject({
      kind: 'text',
      text: 'plain',
    })
  })

  it('shows the beginning of long text', () => {
    const { text, truncated } = toBodyPreview(Buffer.alloc(1_000_000, 'x'), [])
    expect([text.length, truncated]).toEqual([128 * 1024, true])
  })

  it('knows images by their bytes, and SVG is none', () => {
    expect(toBodyPreview(PNG, [['content-type', 'text/html']]).kind).toBe('image')
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>')
    expect(toBodyPreview(svg, [['content-type', 'image/svg+xml']]).kind).toBe('text')
  })
})

describe('the preview of JSON', () => {
  it('lays it out and says how long it was', () => {
    expect(toJsonPreview('{"a":"é","b":[]}')).toEqual({
      text: '{\n  "a": "é",\n  "b": []\n}',
      bytes: 17,
      truncated: false,
    })
  })

  it('cuts long values and says so', () => {
    const { text, truncated } = toJsonPreview(JSON.stringify({ body: 'x'.repeat(10_000) }))
    expect(truncated).toBe(true)
    expect(text).toContain('x… 5,904 more characters"')
  })

  it('leaves alone what is no JSON', () => {
    expect(toJsonPreview('{"a":').text).toBe('{"a":')
  })

  it('makes fixtures that are whole', () => {
    const event = { body: 'x'.repeat(2_000_000), headers: {} }
    expect(JSON.parse(toFixture(JSON.stringify(event)))).toEqual(event)
    expect(toFixture('{"a":1}')).toBe('{\n  "a": 1\n}\n')
  })
})

describe('text from bytes', () => {
  it.each([
    ['plain', 'plain'],
    [Buffer.from('grüße 😀').toString('latin1'), 'grüße 😀'],
    ['gr\u00FCn', 'gr\u00FCn'],
    ['already “text” é', 'already “text” é'],
  ])('%j is %j', (bytes, text) => {
    expect(toDisplayText(bytes)).toBe(text)
  })
})
