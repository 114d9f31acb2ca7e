import { describe, expect, it } from 'vitest'
import { createForwardedRequest, valuesOf } from '../../helpers/http-request.js'

const ROOT = 'Root=1-67891233-abcdef012345678912345678'
// 2026-11-22T12:00:00Z, when the requests of these tests arrive.
const ID = '1-6b02d940-[0-9a-f]{24}'
const SECONDS = Math.floor(Date.parse('2026-11-22T12:00:00Z') / 1000).toString(16)

function traceIds(...given: readonly string[]): string[] {
  const headers = [
    ['Host', 'lb'] as const,
    ...given.map((value) => ['X-AMZN-Trace-ID', value] as const),
  ]
  return valuesOf(createForwardedRequest({ headers }).headers, 'x-amzn-trace-id')
}

function expectOne(actual: readonly string[], pattern: string): void {
  expect(actual).toHaveLength(1)
  expect(actual[0]).toMatch(new RegExp(`^${pattern.replaceAll('ID', ID)}$`))
}

describe('X-Amzn-Trace-Id', () => {
  it('is written with the time of arrival in these tests', () => {
    expect(ID).toContain(SECONDS)
  })

  it('is a new root for a request without one', () => {
    expectOne(traceIds(), 'Root=ID')
    expectOne(traceIds(''), 'Root=ID')
  })

  it('is new for each request', () => {
    const ids = Array.from({ length: 100 }, () => traceIds()[0])
    expect(new Set(ids).size).toBe(100)
  })

  it('gets a Self in front of the root and of all other fields', () => {
    expectOne(traceIds(ROOT), `Self=ID;${ROOT}`)
    expectOne(traceIds(`${ROOT};CalledFrom=app`), `Self=ID;${ROOT};CalledFrom=app`)
    expectOne(traceIds(`CalledFrom=app; ${ROOT};`), `Self=ID;CalledFrom=app;${ROOT}`)
  })

  it('has its Self renewed', () => {
    const old = 'Self=1-63441c4a-12456789abcdef0123456789'
    expectOne(traceIds(`${old};${ROOT};A=b`), `Self=ID;${ROOT};A=b`)
    expectOne(traceIds(old), 'Self=ID')
  })

  it('gets a root when it has neither, and keeps its fields', () => {
    expectOne(traceIds('CalledFrom=app'), 'Root=ID;CalledFrom=app')
  })

  it('is the first when there are several', () => {
    expectOne(traceIds(ROOT, 'Root=1-00000000-000000000000000000000000'), `Self=ID;${ROOT}`)
  })

  it('is a root only when the header fields are over 7 KB together', () => {
    const rest = 'Host: lb\r\nX-Amzn-Trace-Id: \r\nCookie: \r\n'.length + ROOT.length
    const idWithCookie = (length: number): string[] => {
      const headers = [
        ['Host', 'lb'],
        ['X-Amzn-Trace-Id', ROOT],
        ['Cookie', 'c'.repeat(length)],
      ] as const
      return valuesOf(createForwardedRequest({ headers }).headers, 'x-amzn-trace-id')
    }
    expectOne(idWithCookie(7 * 1024 - rest), `Self=ID;${ROOT}`)
    expectOne(idWithCookie(7 * 1024 - rest + 1), 'Root=ID')
  })
})
