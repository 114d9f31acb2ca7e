import { describe, expect, it } from 'vitest'
import { parseFilter, toggleWord } from '../../../packages/local-alb/src/inspector/page/filter.js'
import type { Row } from '../../../packages/local-alb/src/inspector/row.js'

const ordinary: Row = {
  id: 1,
  time: 0,
  state: 'answered',
  method: 'GET',
  path: '/orders?page=2',
  status: 200,
  targetGroup: 'hello-group',
  target: 'dist/lambda.mjs',
  action: 'forward',
  durationMs: 12.5,
  coldStart: false,
  mode: 'single',
  refused: false,
  errorReason: null,
  replayOf: null,
}

const rows: Readonly<Record<string, Row>> = {
  ordinary,
  notFound: { ...ordinary, status: 404, path: '/Missing' },
  refused: {
    ...ordinary,
    method: 'POST',
    status: 502,
    refused: true,
    errorReason: 'LambdaInvalidResponse',
    durationMs: 900,
  },
  cold: { ...ordinary, coldStart: true, mode: 'multi', durationMs: 500.1 },
  pending: {
    ...ordinary,
    state: 'pending',
    status: null,
    durationMs: null,
    mode: null,
    target: null,
  },
  gone: { ...ordinary, state: 'abandoned', status: 460 },
  again: { ...ordinary, replayOf: 1, path: '/a b' },
}

const matching = (filter: string): string[] => {
  const { matches } = parseFilter(filter)
  return Object.keys(rows).filter((name) => matches(rows[name]!))
}

describe('the filter', () => {
  it.each([
    ['', Object.keys(rows)],
    ['   ', Object.keys(rows)],
    ['missing', ['notFound']],
    ['PAGE=2 post', ['refused']],
    ['"/a b"', ['again']],
    ['"/a', ['again']],
    ['404', ['notFound']],
    ['lambdainvalid', ['refused']],
    ['status:5xx', ['refused']],
    ['status:404,502', ['notFound', 'refused']],
    ['status:>=460', ['refused', 'gone']],
    ['status:<300 -is:cold -is:replay', ['ordinary']],
    ['status:4', ['notFound', 'gone']],
    ['method:post', ['refused']],
    ['method:PUT,POST', ['refused']],
    ['path:missing', ['notFound']],
    ['target:lambda.mjs mode:multi', ['cold']],
    ['target:hello-group is:pending', ['pending']],
    ['mode:multi', ['cold']],
    ['reason:InvalidResponse', ['refused']],
    ['is:cold', ['cold']],
    ['is:refused', ['refused']],
    ['is:replay', ['again']],
    ['is:pending', ['pending']],
    ['is:abandoned', ['gone']],
    ['slower:500ms', ['refused', 'cold']],
    ['slower:500', ['refused', 'cold']],
    ['slower:0.6s', ['refused']],
    ['-status:2xx -is:pending', ['notFound', 'refused', 'gone']],
    ['-post -get', []],
    // A word that is not finished hides nothing while it is typed.
    ['status:', Object.keys(rows)],
    ['is:', Object.keys(rows)],
    ['status:>', []],
    // Not one of ours: text like any other.
    ['http://x', []],
    ['-', Object.keys(rows)],
  ])('%j finds %j', (filter, expected) => {
    expect(matching(filter)).toEqual(expected)
    expect(parseFilter(filter).problem).toBe(null)
  })

  it.each([
    ['status:6x6x', 'status:6x6x is no status; write 404, 5xx or >=400'],
    ['is:warm', 'is:warm is unknown; there are cold, refused, replay, pending, abandoned'],
    ['mode:both', 'mode:both is neither single nor multi'],
    ['slower:soon', 'slower:soon is no time; write 500ms or 1.5s'],
  ])('says what is wrong with %s and goes on without it', (word, problem) => {
    expect(parseFilter(`${word} post`).problem).toBe(problem)
    expect(matching(`${word} post`)).toEqual(['refused'])
  })

  it('toggles words; of the statuses only one can hold', () => {
    expect(toggleWord('', 'status:5xx')).toBe('status:5xx')
    expect(toggleWord('orders status:5xx', 'status:5xx')).toBe('orders')
    expect(toggleWord('status:5xx orders', 'status:4xx')).toBe('orders status:4xx')
    expect(toggleWord('is:cold status:5xx', 'is:refused')).toBe('is:cold status:5xx is:refused')
    expect(toggleWord('"two words"', 'is:cold')).toBe('"two words" is:cold')
  })
})
