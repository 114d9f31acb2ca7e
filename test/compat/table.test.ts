import { describe, expect, it } from 'vitest'
import type { Counts, Verdict } from '../../bench/compat/judge.mjs'
import { isGood } from '../../bench/compat/judge.mjs'
import { toText } from '../../bench/compat/report.mjs'
import { latest, replaceTables, toTables } from '../../bench/compat/table.mjs'

const counts = (way: string, pass: number): Counts => ({ way, pass, fail: 0, skip: 0, seconds: 1 })
const difference = {
  name: 'test/a.js › sends',
  file: 'test/a.js',
  error: 'Error: expected 1\n  at x',
}

function verdict(changes: Partial<Verdict> = {}, only = [difference]): Verdict {
  return {
    suite: 'send',
    version: '1.2.1',
    commit: '092f3fc77f0e',
    node: '20.20.2',
    kind: false,
    plain: counts('plain', 139),
    modes: [
      {
        mode: 'single',
        ours: counts('single, express-alb', 121),
        reference: counts('single, reference', 122),
        onlyReference: only,
        onlyOurs: [],
        flaky: [],
        onlyPlain: [difference, difference],
      },
    ],
    ...changes,
  }
}

describe('the tables', () => {
  it('have a row for each suite, a dash for what was not run, and the sums', () => {
    const other = { ...verdict({}, []), suite: 'koa', version: '3.2.0', commit: undefined }
    expect(toTables([verdict(), other])).toBe(
      [
        '**Node 20.20.2, rules as in AWS**',
        '',
        '| suite                       |   plain | single: express-alb | reference | only the reference | multi: express-alb | reference | only the reference |',
        '| --------------------------- | ------: | ------------------: | --------: | -----------------: | -----------------: | --------: | -----------------: |',
        '| send 1.2.1 (`092f3fc77f0e`) |     139 |                 121 |       122 |                  1 |                  - |         - |                  - |',
        '| koa 3.2.0                   |     139 |                 121 |       122 |                  0 |                  - |         - |                  - |',
        '| **all**                     | **278** |             **242** |   **244** |              **1** |                  - |         - |                  - |',
      ].join('\n'),
    )
  })

  it('are apart for each Node and each kind of settings', () => {
    const text = toTables([verdict({ kind: true }), verdict({ node: '24.0.0' }), verdict()])
    expect(text.match(/^\*\*Node.*$/gm)).toEqual([
      '**Node 20.20.2, rules as in AWS**',
      '**Node 20.20.2, kind settings**',
      '**Node 24.0.0, rules as in AWS**',
    ])
  })

  it('say which run did not finish', () => {
    const plain = { ...counts('plain', 12), unfinished: 'ended by SIGKILL' }
    expect(toTables([verdict({ plain })])).toContain('| 12, not finished |')
  })

  it('take the last verdict of several on the same, in the order of the suites', () => {
    const later = verdict({ plain: counts('plain', 140) })
    const other = verdict({ suite: 'express' })
    const kind = verdict({ kind: true })
    expect(latest([verdict(), kind, later, other])).toEqual([other, later, kind])
  })

  it('replace what is between the comments of a page, and nothing else', () => {
    const page = [
      '# Page',
      '<!-- compat: the tables, written by npm run compat -->',
      'old',
      '<!-- compat: end -->',
      'rest',
      '',
    ].join('\n')
    const written = replaceTables(page, 'new')
    expect(written).toBe(
      '# Page\n<!-- compat: the tables, written by npm run compat -->\n\nnew\n\n<!-- compat: end -->\nrest\n',
    )
    expect(replaceTables(written, 'new')).toBe(written)
    expect(() => replaceTables('# Page\n', 'new')).toThrow('--write: the page has no place')
  })
})

describe('a verdict', () => {
  it('is bad with a test that only the reference passes, or a run that did not finish', () => {
    expect(isGood(verdict())).toBe(false)
    expect(isGood(verdict({}, []))).toBe(true)
    const cut = { ...counts('plain', 1), unfinished: 'ended by SIGKILL' }
    expect(isGood(verdict({ plain: cut }, []))).toBe(false)
  })

  it('lists the tests that only the reference passes, the others when asked', () => {
    const text = toText(verdict(), { plain: false })
    expect(text).toContain('send 1.2.1, commit 092f3fc77f0e, Node 20.20.2\n')
    expect(text).toContain(
      '  single: 1 test passes with the reference only\n    test/a.js › sends\n        Error: expected 1\n',
    )
    expect(text).toContain('2 tests pass plain and not with the reference: the load balancer')
    expect(text.match(/test\/a\.js › sends/g)).toHaveLength(1)
    expect(toText(verdict(), { plain: true }).match(/test\/a\.js › sends/g)).toHaveLength(3)
  })
})
