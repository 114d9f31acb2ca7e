import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toEvent } from '../../../packages/local-alb/src/event/event.js'
import { type AlbOptions, resolveOptions } from '../../../packages/local-alb/src/options.js'
import { ARN, createForwardedRequest } from '../../helpers/http-request.js'

interface Queries {
  readonly queryStringParameters?: Record<string, string>
  readonly multiValueQueryStringParameters?: Record<string, string[]>
}

function queriesOf(target: string, options: AlbOptions = {}): [single: unknown, multi: unknown] {
  const request = createForwardedRequest({ target })
  const [single, multi] = [false, true].map((multiValueHeaders) => {
    const group = { arn: ARN, multiValueHeaders }
    return JSON.parse(toEvent(request, Buffer.alloc(0), group, resolveOptions(options))) as Queries
  })
  expect(single).not.toHaveProperty('multiValueQueryStringParameters')
  expect(multi).not.toHaveProperty('queryStringParameters')
  return [single?.queryStringParameters, multi?.multiValueQueryStringParameters]
}

describe('a query', () => {
  it.each([
    ['/', {}],
    ['/?', {}],
    ['/?&', {}],
    ['/?a=1', { a: ['1'] }],
    ['/?a=1&a=2', { a: ['1', '2'] }],
    ['/?a=2&b=0&a=1', { a: ['2', '1'], b: ['0'] }],
    ['/?&a=1&&b=2&', { a: ['1'], b: ['2'] }],
    ['/?a', { a: [''] }],
    ['/?a=', { a: [''] }],
    ['/?a&b=', { a: [''], b: [''] }],
    ['/?a=x=y', { a: ['x=y'] }],
    ['/?a=1;b=2', { a: ['1;b=2'] }],
    ['/?q=a+b%20c', { q: ['a+b%20c'] }],
    ['/?date%5Bfrom%5D=1&%26=%3D', { 'date%5Bfrom%5D': ['1'], '%26': ['%3D'] }],
    ['/?c[]=b&c[]=r', { 'c[]': ['b', 'r'] }],
    ['/?e[]=abc123!%40%23%25', { 'e[]': ['abc123!%40%23%25'] }],
    ['/?a=%zz&b=%&c=%E0%A4%A', { a: ['%zz'], b: ['%'], c: ['%E0%A4%A'] }],
    ['/?a?b=c', { 'a?b': ['c'] }],
    ['/?(a)=(b)', { '(a)': ['(b)'] }],
    ['/?=v&=&a', { '': ['v', ''], a: [''] }],
  ])('%s is split and not decoded', (target, expected) => {
    const last = Object.fromEntries(
      Object.entries(expected as Record<string, string[]>).map(([key, list]) => [key, list.at(-1)]),
    )
    expect(queriesOf(target)).toEqual([last, expected])
  })

  it('loses parameters with an empty name when emptyQueryKeys says drop', () => {
    expect(queriesOf('/?=v&a=1&=', { emptyQueryKeys: 'drop' })).toEqual([{ a: '1' }, { a: ['1'] }])
  })

  // The rule by which an adapter rebuilds the query: what is lost is the order across names and `a` against `a=`.
  it('can be put together again from the form of multiple values, but for the order across names', () => {
    const piece = fc.string({ unit: fc.constantFrom(...Array.from('ab=%2[]+;é?😀"\\')) })
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const query = Buffer.from(pieces.join('&')).toString('latin1')
        const [single, multi] = queriesOf(`/?${query}`)
        const rebuilt = Object.entries(multi as Record<string, string[]>).flatMap(([key, list]) =>
          list.map((value) => `${key}=${value}`),
        )
        const sent = pieces.flatMap((text) =>
          text === '' ? [] : text.includes('=') ? text : `${text}=`,
        )
        expect(rebuilt.toSorted()).toEqual(sent.toSorted())
        const lastValues = Object.fromEntries(
          sent.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
        )
        expect(single).toEqual(lastValues)
      }),
    )
  })
})
