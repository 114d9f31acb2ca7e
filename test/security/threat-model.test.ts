import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../repository/imports.js'

const folder = join(root, 'test/security')
const tests = readdirSync(folder)
  .filter((name) => name.endsWith('.test.ts') && name !== 'threat-model.test.ts')
  .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))

/** The first cell of each line of the tables of threats. */
const lines = [
  ...readFileSync(join(root, 'SECURITY.md'), 'utf8').matchAll(/^\| *(T\d+) *\|/gm),
].map(([, id = '']) => id)

describe('the threat model', () => {
  it('has each of its lines once, in order', () => {
    expect(lines.length).toBeGreaterThan(40)
    expect(lines).toEqual(lines.map((_id, index) => `T${index + 1}`))
  })

  it('has a test that attacks for each line, and a line for each test', () => {
    const tested = tests.flatMap(({ text }) =>
      [...text.matchAll(/['`](T\d+): /g)].map(([, id = '']) => id),
    )
    expect([...new Set(tested)].toSorted()).toEqual(lines.toSorted())
  })

  it('is what every test here is named by', () => {
    for (const { name, text } of tests) {
      const titles = text.match(/['`]T\d+: /g) ?? []
      const calls = text.match(/\bit\(|\bit\.each[<([]/g) ?? []
      expect([name, titles.length]).toEqual([name, calls.length])
      expect(text).not.toMatch(/\b(?:it|describe)\.(?:skip|only|todo|fails)\b/)
    }
  })
})
