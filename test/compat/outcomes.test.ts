import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { countStates, parseOutcomes, passing } from '../../bench/compat/outcomes.mjs'
import report from '../../bench/compat/reporters/node-test.mjs'

const FOLDER = '/clones/suite'

const lines = (...outcomes: readonly object[]): string =>
  outcomes.map((outcome) => `${JSON.stringify(outcome)}\n`).join('')

describe('the outcomes of a run', () => {
  it('are tests by file and title, and finished by the last line', () => {
    const text = lines(
      { number: 0, file: `${FOLDER}/test/a.js`, title: 'app works', state: 'pass' },
      { number: 1, file: `${FOLDER}/test/a.js`, title: 'app fails', state: 'fail', error: 'no' },
      { number: 2, file: 'test/b.js', title: 'later', state: 'skip' },
      { end: true },
    )
    const outcomes = parseOutcomes(text, FOLDER)
    expect([...outcomes.tests.keys()]).toEqual([
      'test/a.js › app works',
      'test/a.js › app fails',
      'test/b.js › later',
    ])
    expect(outcomes.finished).toBe(true)
    expect(passing(outcomes)).toEqual(['test/a.js › app works'])
    expect(countStates(outcomes)).toEqual({ pass: 1, fail: 1, skip: 1 })
    expect(outcomes.tests.get('test/a.js › app fails')?.error).toBe('no')
  })

  it('keep tests of one name apart, in their order', () => {
    const same = { file: 'test/a.js', title: 'twice' }
    const { tests } = parseOutcomes(
      lines({ ...same, number: 0, state: 'fail' }, { ...same, number: 1, state: 'pass' }),
      FOLDER,
    )
    expect([...tests].map(([name, { state }]) => [name, state])).toEqual([
      ['test/a.js › twice', 'fail'],
      ['test/a.js › twice #2', 'pass'],
    ])
  })

  it('have a test failing that passed first and failed afterwards', () => {
    const test = { number: 0, file: 'test/a.js', title: 'late error' }
    const outcomes = parseOutcomes(
      lines({ ...test, state: 'pass' }, { ...test, state: 'fail', error: 'done() called twice' }),
      FOLDER,
    )
    expect(countStates(outcomes)).toEqual({ pass: 0, fail: 1, skip: 0 })
  })

  it('leave out hooks and what was cut short, and are not finished then', () => {
    const test = { number: 0, file: 'a.js', title: 't', state: 'pass' }
    const hook = { number: 1, file: 'a.js', title: '"before all" hook', state: 'hook' }
    const text = `${lines(test, hook)}{"number":2,"file":"a.js","ti`
    const outcomes = parseOutcomes(text, FOLDER)
    expect([...outcomes.tests.keys()]).toEqual(['a.js › t'])
    expect(outcomes.finished).toBe(false)
  })

  it('name no folder of this machine', () => {
    const text = lines({ number: 0, file: 'a.js', title: `${FOLDER}/a.js`, state: 'fail' })
    expect([...parseOutcomes(text, FOLDER).tests.keys()]).toEqual(['a.js › ./a.js'])
  })
})

describe('the reporter for node:test', () => {
  async function reported(...events: readonly object[]): Promise<object[]> {
    async function* source(): AsyncGenerator<never> {
      for (const event of events) yield event as never
    }
    const written: string[] = await Readable.from(report(source())).toArray()
    return written.map((line) => JSON.parse(line) as object)
  }
  const file = '/s/a.test.js'
  const start = (name: string, nesting: number): object => ({
    type: 'test:start',
    data: { name, nesting, file },
  })
  const end = (type: 'pass' | 'fail', name: string, nesting: number, more = {}): object => ({
    type: `test:${type}`,
    data: { name, nesting, file, details: { type: 'test' }, ...more },
  })

  it('gives a test its path through the suites around it, and tells no suite', async () => {
    const suite = { details: { type: 'suite' } }
    expect(
      await reported(
        start('app', 0),
        start('listen', 1),
        start('works', 2),
        end('pass', 'works', 2),
        end('pass', 'listen', 1, suite),
        start('ends', 1),
        end('pass', 'ends', 1),
        end('pass', 'app', 0, suite),
      ),
    ).toEqual([
      { number: 0, file, title: 'app › listen › works', state: 'pass' },
      { number: 1, file, title: 'app › ends', state: 'pass' },
      { end: true },
    ])
  })

  it('tells a failure with what was thrown, and what is skipped or to do as such', async () => {
    const details = { type: 'test', error: { message: 'wrapped', cause: 'plain text' } }
    expect(
      await reported(
        end('fail', 'breaks', 0, { details }),
        end('pass', 'left out', 0, { skip: true }),
        end('fail', 'for later', 0, { todo: 'soon' }),
      ),
    ).toMatchObject([
      { title: 'breaks', state: 'fail', error: 'wrapped' },
      { title: 'left out', state: 'skip' },
      { title: 'for later', state: 'skip' },
      { end: true },
    ])
  })
})
