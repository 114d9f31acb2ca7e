import { beforeEach, expect, it, vi } from 'vitest'
import { failuresOfNode } from './kit.js'

// Express writes there what its apps throw.
beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
})

it("finds no vector that Node's own server fails, where it can be asked", async () => {
  expect(await failuresOfNode()).toEqual([])
}, 60_000)
