import { describe, expect, it } from 'vitest'
import { resolveOptions } from '../../../packages/local-alb/src/options.js'
import { toErrorPage } from '../../../packages/local-alb/src/result/error-page.js'
import { linesOf } from './respond.js'

const settings = resolveOptions()
const pageOf = (status: number): string =>
  (toErrorPage({ status, explanation: 'secret' }, settings).body as Buffer).toString()

describe('an error page', () => {
  it('is the one of real load balancers, with CRLF', () => {
    // 122 bytes, as reported by clients of real ones (serverless-express issue 688).
    const page =
      '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n' +
      '<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n'
    expect(page).toHaveLength(122)
    expect(pageOf(502)).toBe(page)
    expect(pageOf(400)).toBe(page.replaceAll('502 Bad Gateway', '400 Bad Request'))
  })

  it('has Server, Date and Content-Type', () => {
    const { headers, ...rest } = toErrorPage({ status: 502, explanation: '' }, settings)
    expect(headers).toEqual([
      ['Server', 'awselb/2.0'],
      ['Date', expect.stringMatching(/ GMT$/)],
      ['Content-Type', 'text/html'],
    ])
    expect(rest).toMatchObject({ status: 502, reason: 'Bad Gateway', close: false })
    const quiet = toErrorPage(
      { status: 502, explanation: '' },
      resolveOptions({ serverHeader: false }),
    )
    expect(linesOf(quiet)[0]).toMatch(/^Date: /)
  })

  it('closes the connection after a 400 and when the refusal says so', () => {
    const closes = (status: number, close?: boolean): boolean | undefined => {
      const refusal = { status, explanation: '', ...(close !== undefined && { close }) }
      return toErrorPage(refusal, settings).close
    }
    expect([closes(400), closes(502), closes(408, true), closes(400, false)]).toEqual([
      true,
      false,
      true,
      false,
    ])
  })

  it.each([
    [405, '405 Not Allowed'],
    [408, '408 Request Time-out'],
    [413, '413 Request Entity Too Large'],
    [414, '414 Request-URI Too Large'],
    [501, '501 Not Implemented'],
    [503, '503 Service Temporarily Unavailable'],
    [504, '504 Gateway Time-out'],
  ])('of %d says %s', (status, title) => {
    expect(pageOf(status)).toContain(`<h1>${title}</h1>`)
    expect(toErrorPage({ status, explanation: '' }, settings).reason).toBe(title.slice(4))
  })

  it.each([460, 463, 464, 561])('of %d, a code of AWS’s own, is empty', (status) => {
    expect(pageOf(status)).toBe('')
  })

  it('does not give the explanation away', () => {
    expect(pageOf(502)).not.toContain('secret')
  })
})
