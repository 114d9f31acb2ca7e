import { describe, expect, it } from 'vitest'
import { withResults } from './page.mjs'

const PAGE = 'before\n\n<!-- written by npm run mutation -->\nold\n<!-- up to here -->\n\nafter\n'
const RUN = { date: '2026-11-22', versions: 'Node 20' }

const survivor = (verdict: 'equivalent' | 'accepted', code: string, why: string) => {
  const key = { file: 'alb/x.ts', mutator: 'EqualityOperator', code, replacement: '' }
  const location = { start: { line: 7, column: 1 }, end: { line: 7, column: 2 } }
  return { ...key, line: 7, location, explanation: { ...key, verdict, why } }
}

const JUDGEMENT = {
  files: { 'alb/x.ts': { killed: 16, lived: 4 }, 'http/y.ts': { killed: 20, lived: 0 } },
  explained: [
    survivor('equivalent', '`a` < b', 'Saves time.'),
    survivor('equivalent', 'c', 'Saves time.'),
    survivor('accepted', 'd'.repeat(100), 'Nobody cares.'),
  ],
  unexplained: [],
  stale: [],
}

describe('the page of the results', () => {
  const page = withResults(PAGE, JUDGEMENT, RUN)

  it('keeps what stands around them, and can be written again', () => {
    expect(page).toMatch(/^before\n/)
    expect(page).toMatch(/\nafter\n$/)
    expect(page).not.toContain('old')
    expect(withResults(page, JUDGEMENT, RUN)).toBe(page)
  })

  it('gives the score, with and without those that no test can kill', () => {
    expect(page).toContain('2026-11-22, Node 20: of 40 mutants 36 are killed, 90.0 %.')
    expect(page).toContain('Of the 4 others 2 are equivalent')
    expect(page).toContain('without those, 94.7 %.')
    expect(page).toContain('| alb/x.ts | 20 | 16 | 80.0 % |')
    expect(page).toContain('| http/y.ts | 20 | 20 | 100.0 % |')
  })

  it('shows each mutant that lives, by its file and line', () => {
    expect(page).toContain('### alb/x.ts')
    expect(page).not.toContain('### http/y.ts')
    expect(page).toContain('- Line 7, equivalent: `` `a` < b `` → nothing. Saves time.')
    expect(page).toContain(`- Line 7, accepted: \`${'d'.repeat(77)}…\` → nothing. Nobody cares.`)
  })

  it('is refused without a place for them', () => {
    expect(() => withResults('before', JUDGEMENT, RUN)).toThrow('docs/mutation.md has no <!--')
  })
})
