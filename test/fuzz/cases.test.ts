import { describe, expect, it } from 'vitest'
import { namesIn } from '../../bench/fuzz/cases.mjs'
import { toDescription } from '../../bench/fuzz/describe.mjs'
import { ENDINGS } from '../../bench/fuzz/endings/index.mjs'
import { INGREDIENTS } from '../../bench/fuzz/ingredients/index.mjs'
import { readOptions } from '../../bench/fuzz/options.mjs'
import { caseOf } from '../../bench/fuzz/try-case.mjs'

const ALL = ['5', '4', 'none'] as const

function casesOf(seed: number, count: number): string[] {
  return Array.from({ length: count }, (_, number) => JSON.stringify(caseOf(ALL, seed, number)))
}

describe('a case of the fuzzer', () => {
  it('is the same for the same seed and number, whatever was made before', () => {
    const cases = casesOf(42, 30)
    expect(casesOf(42, 30)).toEqual(cases)
    expect(JSON.stringify(caseOf(ALL, 42, 29))).toBe(cases[29])
  })

  it('is another one for another seed or number', () => {
    expect(new Set([...casesOf(42, 30), ...casesOf(43, 30)]).size).toBe(60)
  })

  it('is plain data, so that it can be shown', () => {
    const tried = caseOf(ALL, 42, 0)
    expect(JSON.parse(JSON.stringify(tried))).toEqual(tried)
    const text = toDescription(tried)
    for (const { kind } of [...tried.stack, ...tried.routes.map(({ ending }) => ending)]) {
      expect(text).toContain(kind)
    }
  })

  it('uses every part, mode and Express within a few hundred', () => {
    const used = new Set(
      Array.from({ length: 400 }, (_, number) => namesIn(caseOf(ALL, 1, number))).flat(),
    )
    const wanted = [
      ...Object.keys(INGREDIENTS),
      ...Object.keys(ENDINGS),
      ...ALL.map((name) => `express ${name}`),
      'single-value mode',
      'multi-value mode',
      'front direct',
      'front local-alb',
    ]
    expect(wanted.filter((name) => !used.has(name))).toEqual([])
  })

  it('takes the Express that is asked for', () => {
    const majors = Array.from({ length: 20 }, (_, number) => caseOf(['4'], 5, number).express)
    expect(new Set(majors)).toEqual(new Set(['4']))
  })
})

describe('the options of the fuzzer', () => {
  it('have defaults', () => {
    expect(readOptions([])).toMatchObject({ minutes: 1, workers: 2, majors: ALL, keepGoing: false })
  })

  it.each([
    ['--minutes', 'soon', '--minutes: "soon" is not a number from 0'],
    ['--seed', '1.5', '--seed: "1.5" is not a whole number'],
    ['--case', '-1', '--case: "-1" is not a number from 0'],
    ['--workers', '0', '--workers: "0" is not a number from 1'],
    ['--express', '5,3', '--express: "3" is not 5, 4 or none'],
  ])('refuse %s %s', (option, value, message) => {
    expect(() => readOptions([`${option}=${value}`])).toThrow(message)
  })

  it('refuse an unknown plant, naming those there are', () => {
    expect(() => readOptions(['--plant', 'x'])).toThrow(/"x" is none of loses a cookie, /)
  })
})
