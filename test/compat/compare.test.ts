import { describe, expect, it } from 'vitest'
import { confirm, onlyIn } from '../../bench/compat/compare.mjs'
import type { Outcomes, State } from '../../bench/compat/outcomes.mjs'
import type { Side } from '../../bench/compat/settings.mjs'

function outcomes(states: Readonly<Record<string, State>>): Outcomes {
  const tests = new Map(
    Object.entries(states).map(([title, state]) => [
      title,
      { state, file: `${title[0]}.js`, title, ...(state === 'fail' && { error: `no ${title}` }) },
    ]),
  )
  return { tests, finished: true }
}

const names = (differences: readonly { name: string }[]): string[] =>
  differences.map(({ name }) => name)

describe('what passes in one run only', () => {
  it('is what fails, is skipped or is missing in the other, with the reason', () => {
    const first = outcomes({ a1: 'pass', a2: 'pass', b1: 'pass', b2: 'pass', c1: 'fail' })
    const second = outcomes({ a1: 'pass', a2: 'fail', b1: 'skip', c1: 'pass' })
    expect(onlyIn(first, second)).toEqual([
      { name: 'a2', file: 'a.js', error: 'no a2' },
      { name: 'b1', file: 'b.js', error: 'it was skipped' },
      {
        name: 'b2',
        file: 'b.js',
        error: 'it was not run: a hook failed, or the run ended before',
      },
    ])
  })
})

describe('a difference that is tried again', () => {
  const differences = onlyIn(outcomes({ a1: 'pass', a2: 'pass', b1: 'pass' }), outcomes({}))

  /** Answers each call with the next states, and says who was asked for which files. */
  function runs(...answers: readonly Readonly<Record<string, State>>[]) {
    const asked: [Side, readonly string[]][] = []
    const again = async (side: Side, files: readonly string[]): Promise<Outcomes> => {
      asked.push([side, files])
      return outcomes(answers[asked.length - 1] ?? {})
    }
    return { asked, again }
  }

  it('lasts when it fails again with us and passes again with the reference', async () => {
    const { asked, again } = runs({ a1: 'fail', a2: 'pass', b1: 'fail' }, { a1: 'pass' })
    const { lasting, flaky } = await confirm(differences, 1, again)
    expect(names(lasting)).toEqual(['a1'])
    // a2 passed with us, b1 did not pass a second time with the reference.
    expect(names(flaky)).toEqual(['a2', 'b1'])
    expect(asked).toEqual([
      ['ours', ['a.js', 'b.js']],
      ['reference', ['a.js', 'b.js']],
    ])
  })

  it('gets as many tries as were asked for, in the files that still differ', async () => {
    const { asked, again } = runs({ a1: 'pass' }, { b1: 'pass' }, { a2: 'pass' })
    const { lasting, flaky } = await confirm(differences, 2, again)
    expect([names(lasting), names(flaky)]).toEqual([['a2'], ['a1', 'b1']])
    expect(asked).toEqual([
      ['ours', ['a.js', 'b.js']],
      ['ours', ['a.js', 'b.js']],
      ['reference', ['a.js']],
    ])
  })

  it('is not asked about again with no retries, or when there is none', async () => {
    const { asked, again } = runs()
    expect((await confirm(differences, 0, again)).lasting).toEqual(differences)
    expect(await confirm([], 3, again)).toEqual({ lasting: [], flaky: [] })
    expect(asked).toEqual([])
  })

  it('needs no word of the reference when nothing is left', async () => {
    const { asked, again } = runs({ a1: 'pass', a2: 'pass', b1: 'pass' })
    expect((await confirm(differences, 3, again)).lasting).toEqual([])
    expect(asked).toHaveLength(1)
  })
})
