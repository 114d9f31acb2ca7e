import { createHandler } from 'express-alb'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { checksOf, sections } from '../../bench/conformance/vectors/index.mjs'
import { FAULTS } from './faults.js'
import { failedIds, failuresOf } from './kit.js'

// Express writes there what its apps throw.
beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
})

describe('the conformance kit', () => {
  it('gives every vector an id of its own, a claim and a source', () => {
    const vectors = sections.flatMap((section) => section.vectors)
    const ids = vectors.map(({ id }) => id)

    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([])
    expect(vectors.filter(({ claim, source }) => claim === '' || source === '')).toEqual([])
    expect(new Set(checksOf().map(({ vector }) => vector)).size).toBe(vectors.length)
  })

  it('finds no vector that express-alb fails, in both modes', async () => {
    expect(await failuresOf((listener) => createHandler(listener, { logger: false }))).toEqual([])
  }, 60_000)

  it('has a fault to find in every section', () => {
    const covered = new Set(FAULTS.map(({ section }) => section))

    expect(sections.filter(({ name }) => !covered.has(name))).toEqual([])
  })

  it.each(FAULTS)(
    'finds an adapter that $does by exactly the vectors about it',
    async ({ section, create, fails }) => {
      expect(await failedIds(create, section)).toEqual(fails)
    },
    60_000,
  )
})
