import { describe, expect, it } from 'vitest'
import { judge, withFurther, withoutMutants } from './judge.mjs'

const SOURCE = 'export const a =\n  b < c\nexport const d = b < c\n'

const mutant = (status: string, line: number, column: number, replacement = 'b <= c') => ({
  status,
  mutatorName: 'EqualityOperator',
  replacement,
  location: { start: { line, column }, end: { line, column: column + 5 } },
})

const report = (...mutants: readonly ReturnType<typeof mutant>[]) => ({
  files: { 'packages/adapter/src/alb/x.ts': { source: SOURCE, mutants } },
})

const EXPLANATION = {
  file: 'alb/x.ts',
  mutator: 'EqualityOperator',
  code: 'b < c',
  replacement: 'b <= c',
  verdict: 'equivalent',
  why: 'b is never c',
} as const

const SURVIVOR = {
  file: 'alb/x.ts',
  line: 2,
  mutator: 'EqualityOperator',
  code: 'b < c',
  replacement: 'b <= c',
  location: { start: { line: 2, column: 3 }, end: { line: 2, column: 8 } },
}

describe('a mutant that lives', () => {
  it.each(['Survived', 'NoCoverage'])('is a complaint without an explanation (%s)', (status) => {
    expect(judge(report(mutant(status, 2, 3)), []).unexplained).toEqual([SURVIVOR])
  })

  it('is none with the explanation for its file, mutator, code and replacement', () => {
    const judged = judge(report(mutant('Survived', 2, 3)), [EXPLANATION])
    expect(judged.unexplained).toEqual([])
    expect(judged.stale).toEqual([])
    expect(judged.explained).toEqual([{ ...SURVIVOR, explanation: EXPLANATION }])
  })

  it.each([
    { file: 'alb/y.ts' },
    { mutator: 'ConditionalExpression' },
    { code: 'b > c' },
    { replacement: 'true' },
  ])('is a complaint with an explanation of another: %o', (other) => {
    const { unexplained } = judge(report(mutant('Survived', 2, 3)), [{ ...EXPLANATION, ...other }])
    expect(unexplained).toEqual([SURVIVOR])
  })

  it('is a complaint when the same lives more often than it is explained', () => {
    const twice = report(mutant('Survived', 2, 3), mutant('Survived', 3, 18))
    expect(judge(twice, [EXPLANATION]).unexplained).toMatchObject([{ line: 3, code: 'b < c' }])
    expect(judge(twice, [{ ...EXPLANATION, times: 2 }]).unexplained).toEqual([])
  })
})

describe('an explanation', () => {
  it.each(['Killed', 'Timeout'])('is stale when its mutant is killed (%s)', (status) => {
    expect(judge(report(mutant(status, 2, 3)), [EXPLANATION]).stale).toEqual([EXPLANATION])
  })

  it('is not stale when its file was not looked at', () => {
    expect(judge(report(), [EXPLANATION], () => false).stale).toEqual([])
  })
})

describe('the figures', () => {
  it('count what was killed and what lived, and nothing that could not be run', () => {
    const { files } = judge(
      report(
        mutant('Killed', 2, 3),
        mutant('Timeout', 2, 3),
        mutant('Survived', 2, 3),
        mutant('RuntimeError', 2, 3),
        mutant('Ignored', 2, 3),
      ),
      [],
    )
    expect(files).toEqual({ 'alb/x.ts': { killed: 2, lived: 1 } })
  })

  it('are of the files that are wanted', () => {
    expect(judge(report(mutant('Killed', 2, 3)), [], (file) => file !== 'alb/x.ts').files).toEqual(
      {},
    )
  })
})

describe('what further tests killed', () => {
  it.each(['Killed', 'Timeout'])('lives no more (%s)', (status) => {
    const merged = withFurther(
      report(mutant('Survived', 2, 3), mutant('NoCoverage', 3, 18)),
      report(mutant(status, 3, 18)),
    )
    expect(judge(merged, []).unexplained).toEqual([SURVIVOR])
  })

  it('is that mutant and no other: neither at another place nor with another replacement', () => {
    const first = report(mutant('Survived', 2, 3))
    const further = report(mutant('Killed', 3, 18), mutant('Killed', 2, 3, 'b > c'))
    expect(withFurther(first, further)).toEqual(first)
  })

  it('leaves what it did not kill as it was', () => {
    const first = report(mutant('Killed', 2, 3), mutant('Survived', 3, 18))
    const further = report(mutant('Survived', 2, 3), mutant('NoCoverage', 3, 18))
    expect(withFurther(first, further)).toEqual(first)
  })
})

describe('a report without some mutants', () => {
  it('has lost these and no others, and nothing else that it held', () => {
    const whole = { ...report(mutant('Survived', 2, 3), mutant('Survived', 3, 18)), version: 2 }
    const { unexplained } = judge(whole, [])
    expect(withoutMutants(whole, unexplained.slice(0, 1))).toEqual({
      ...report(mutant('Survived', 3, 18)),
      version: 2,
    })
    expect(withoutMutants(whole, [])).toEqual(whole)
  })
})
