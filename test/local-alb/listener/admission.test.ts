import { describe, expect, it } from 'vitest'
import { admit } from '../../../packages/local-alb/src/listener/admission.js'
import type {
  Admission,
  AdmissionSettings,
} from '../../../packages/local-alb/src/listener/admission.js'
import { parseHead } from '../../../packages/local-alb/src/listener/head.js'

function admitText(text: string, settings: Partial<AdmissionSettings> = {}): Admission {
  return admit(parseHead(text, 400), {
    desyncMitigationMode: 'defensive',
    dropInvalidHeaderFields: false,
    ...settings,
  })
}

function admitFields(
  lines: readonly string[],
  settings: Partial<AdmissionSettings> = {},
): Admission {
  return admitText(`POST / HTTP/1.1\r\n${['Host: a', ...lines].join('\r\n')}\r\n\r\n`, settings)
}

describe('admit', () => {
  it('lets an ordinary request pass', () => {
    expect(admitFields(['Content-Length: 5'])).toMatchObject({
      refusal: undefined,
      classification: undefined,
      close: false,
      framing: { kind: 'length', length: 5 },
    })
  })

  it.each([
    ['TRACE / HTTP/1.1\r\nHost: a', 405, undefined],
    ['CONNECT a:443 HTTP/1.1\r\nHost: a', 400, true],
    ['OPTIONS * HTTP/1.1\r\nHost: a', 400, true],
    ['GET a HTTP/1.1\r\nHost: a', 400, true],
    ['GET ftp://a/ HTTP/1.1\r\nHost: a', 400, true],
    ['GET http:/// HTTP/1.1\r\nHost: a', 400, true],
    ['GET / HTTP/1.1', 400, true],
    ['GET / HTTP/3.0\r\nHost: a', 505, true],
    ['POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: foo', 501, true],
    ['POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked', 501, true],
  ])('refuses %j with %i', (text, status, close) => {
    const { refusal } = admitText(`${text}\r\n\r\n`)
    expect(refusal?.status).toBe(status)
    expect(refusal?.close).toBe(close)
    expect(refusal?.explanation).toMatch(/\.$/)
  })

  it.each([
    'GET / HTTP/1.0',
    'GET http://a HTTP/1.1\r\nHost: b',
    'GET HTTPS://a/b HTTP/1.1\r\nHost: b',
    'GET // HTTP/1.1\r\nHost: b',
    'trace / HTTP/1.1\r\nHost: a',
    'GET / HTTP/1.1\r\nhost:',
    'GET / HTTP/1.1\r\nHost: a\r\nHost: b',
  ])('takes %j', (text) => {
    expect(admitText(`${text}\r\n\r\n`).refusal).toBe(undefined)
  })

  describe('X-Forwarded-For', () => {
    const addresses = (count: number): string =>
      Array.from({ length: count }, (_, index) => `192.0.2.${index}`).join(', ')

    it('may have 30 addresses and no more', () => {
      expect(admitFields([`x-forwarded-for: ${addresses(30)}`]).refusal).toBe(undefined)
      expect(admitFields([`x-forwarded-for: ${addresses(31)}`]).refusal).toMatchObject({
        status: 463,
        explanation: expect.stringContaining('31 addresses'),
      })
    })

    it('counts several fields together, and no empty items', () => {
      const lines = [`X-Forwarded-For: ${addresses(15)},,`, `X-Forwarded-For: ${addresses(15)}`]
      expect(admitFields(lines).refusal).toBe(undefined)
      expect(admitFields([...lines, 'X-Forwarded-For: 192.0.2.99']).refusal?.status).toBe(463)
    })
  })

  describe('framing', () => {
    it.each([
      [[], { kind: 'none' }],
      [['Content-Length: 0'], { kind: 'length', length: 0 }],
      [['Transfer-Encoding: identity'], { kind: 'none' }],
      [['Transfer-Encoding: identity', 'Content-Length: 3'], { kind: 'length', length: 3 }],
      [['Transfer-Encoding: CHUNKED'], { kind: 'chunked' }],
      [['Transfer-Encoding: chunked, identity'], { kind: 'chunked' }],
      [['Content-Length: 5', 'Transfer-Encoding: chunked'], { kind: 'chunked' }],
      [['Content-Length: 5', 'Content-Length: 5'], { kind: 'length', length: 5 }],
      [['Transfer-Encoding : chunked'], { kind: 'none' }],
    ])('of %j is %j', (lines, framing) => {
      expect(admitFields(lines).framing).toEqual(framing)
    })
  })

  describe('desync mitigation', () => {
    const ambiguous = ['Content-Length: 5', 'Transfer-Encoding: chunked']
    const severe = ['Content-Length: 5', 'Content-Length: 6']

    it('passes an ambiguous request in defensive mode and closes the connection', () => {
      expect(admitFields(ambiguous)).toMatchObject({
        refusal: undefined,
        close: true,
        classification: { kind: 'Ambiguous', reason: 'BothTeClPresent' },
      })
    })

    it('blocks it in strictest mode, naming class, reason and mode', () => {
      expect(admitFields(ambiguous, { desyncMitigationMode: 'strictest' }).refusal).toEqual({
        status: 400,
        close: true,
        explanation:
          'The request is Ambiguous (BothTeClPresent), which desync mitigation mode "strictest" blocks. ' +
          'Mend the request, or choose a more lenient mode.',
      })
    })

    it('only notes it in monitor mode', () => {
      expect(admitFields(ambiguous, { desyncMitigationMode: 'monitor' })).toMatchObject({
        refusal: undefined,
        close: false,
        classification: { reason: 'BothTeClPresent' },
      })
    })

    it('blocks a severe request in defensive mode; in monitor mode the first length counts', () => {
      expect(admitFields(severe).refusal?.status).toBe(400)
      expect(admitFields(severe, { desyncMitigationMode: 'monitor' })).toMatchObject({
        refusal: undefined,
        framing: { kind: 'length', length: 5 },
      })
    })

    it('refuses a length that is no number in every mode', () => {
      const { refusal } = admitFields(['Content-Length: 5x'], { desyncMitigationMode: 'monitor' })
      expect(refusal).toMatchObject({ status: 400, close: true })
    })

    it('gives 501 for an unsupported coding also where the mode would block, and keeps the class', () => {
      expect(admitFields(['Transfer-Encoding: foo'])).toMatchObject({
        refusal: { status: 501 },
        classification: { reason: 'BadTransferEncoding' },
      })
    })

    it('does not classify what cannot be read at all', () => {
      expect(admitText('GET\r\n\r\n').classification).toBe(undefined)
    })
  })

  it('closes after a coding in HTTP/1.0, whatever the mode', () => {
    const text = 'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n'
    expect(admitText(text, { desyncMitigationMode: 'monitor' }).close).toBe(true)
  })

  it('drops fields with other names than letters, digits and hyphens only when told', () => {
    const lines = ['X_A: 1', 'X-B: 2', 'X.C: 3', 'caf\xE9: 4']
    expect(admitFields(lines).headers).toHaveLength(5)
    expect(admitFields(lines, { dropInvalidHeaderFields: true }).headers).toEqual([
      ['Host', 'a'],
      ['X-B', '2'],
    ])
  })

  it('classifies before it drops', () => {
    const { classification } = admitFields(['Transfer_Encoding: chunked'], {
      dropInvalidHeaderFields: true,
    })
    expect(classification?.reason).toBe('SuspiciousHeader')
  })
})
