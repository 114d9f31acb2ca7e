import { describe, expect, it } from 'vitest'
import { toMarkdown, toText } from '../../bench/table.mjs'
import { between } from '../../bench/write-markdown.mjs'

const table = {
  title: 'Speed',
  head: ['', 'median', 'min'],
  rows: [
    ['ours *', '1.25', '1'],
    ['a|b', 'WRONG: a long story of no width'],
  ],
  notes: ['noisy'],
}

describe('the benchmark’s tables', () => {
  it('are aligned in a terminal, a remark at the end of a line taking no column', () => {
    expect(toText(table)).toBe(
      [
        'Speed',
        '          median  min',
        '  ours *    1.25    1',
        '  a|b     WRONG: a long story of no width',
        '  noisy',
        '',
      ].join('\n'),
    )
  })

  it('are Markdown as prettier leaves it', () => {
    const narrow = { ...table, rows: table.rows.slice(0, 1) }
    expect(toMarkdown(narrow)).toBe(
      [
        '**Speed**',
        '',
        '|        | median | min |',
        '| ------ | -----: | --: |',
        '| ours * |   1.25 |   1 |',
        '',
        'noisy',
      ].join('\n'),
    )
    expect(toMarkdown(table)).toContain(String.raw`| a\|b `)
  })

  it('replace what stands between the two comments of a file, and nothing else', () => {
    const text = 'before\n\n<!-- bench -->\n\nold\n\n<!-- /bench -->\n\nafter\n'
    const replaced = between(text, 'new', 'README.md')
    expect(replaced).toBe('before\n\n<!-- bench -->\n\nnew\n\n<!-- /bench -->\n\nafter\n')
    expect(between(replaced, 'new', 'README.md')).toBe(replaced)
    expect(() => between('nothing', 'new', 'README.md')).toThrow(
      '--write: README.md needs a line <!-- bench --> and below it a line <!-- /bench -->',
    )
  })
})
