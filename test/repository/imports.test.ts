import { describe, expect, it } from 'vitest'
import { findCycle, onlyReexports, specifiersIn } from './imports.js'

describe('specifiersIn', () => {
  it.each([
    [`import a from 'x'`],
    [`import type { A } from 'x'`],
    [`import { type A } from 'x'`],
    [`import * as a from 'x'`],
    [`import 'x'`],
    [`import a = require('x')`],
    [`export { a } from 'x'`],
    [`export type { A } from 'x'`],
    [`export * from 'x'`],
    [`export * as a from 'x'`],
    [`const a = () => import('x')`],
    [`let a: typeof import('x')`],
    [`function f(a: import('x').A): void {}`],
  ])('sees %s', (source) => {
    expect(specifiersIn('a.ts', source)).toEqual(['x'])
  })

  it('sees nothing in comments, strings and exports of its own', () => {
    const source = `// import a from 'x'\nexport const b = "import c from 'y'"\nexport { b as d }`
    expect(specifiersIn('a.ts', source)).toEqual([])
  })

  it('refuses a computed import, which it cannot follow', () => {
    expect(() => specifiersIn('a.ts', 'import(name)')).toThrow('a.ts imports something')
  })

  it('leaves a computed import out where that is what the file is for', () => {
    expect(specifiersIn('a.ts', "import 'x'\nimport(name)", true)).toEqual(['x'])
  })
})

describe('onlyReexports', () => {
  it.each([
    [`export { a } from 'x'`, true],
    [`export type { A } from 'x'\nexport * from 'y'`, true],
    [`export { a } from 'x'\na()`, false],
    [`import { a } from 'x'\nexport { a }`, false],
    [`export const a = 1`, false],
  ])('of %s is %s', (source, expected) => {
    expect(onlyReexports('a.ts', source)).toBe(expected)
  })
})

describe('findCycle', () => {
  const graph = (edges: Record<string, string[]>): Map<string, string[]> =>
    new Map(Object.entries(edges))

  it('finds none where two files share a third', () => {
    expect(findCycle(graph({ a: ['b', 'c'], b: ['d'], c: ['d'], d: ['node:fs'] }))).toBe(undefined)
  })

  it('names the way round, without what only leads to it', () => {
    expect(findCycle(graph({ a: ['b'], b: ['c'], c: ['d'], d: ['b'] }))).toEqual([
      'b',
      'c',
      'd',
      'b',
    ])
  })

  it('finds a file that imports itself', () => {
    expect(findCycle(graph({ a: ['a'] }))).toEqual(['a', 'a'])
  })
})
