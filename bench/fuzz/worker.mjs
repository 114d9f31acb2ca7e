// A process that tries every n-th case and tells of each.
import { pathToFileURL } from 'node:url'
import { makeFolder } from './world.mjs'
import { Harness } from './harness.mjs'
import { watchProcess } from './observe.mjs'
import { PLANTS } from './plants.mjs'
import { tryCase } from './try-case.mjs'

/** @typedef {import('./options.mjs').Options & { first: number }} Job */

/** @param {Job} job */
async function work({ adapter, plant, majors, seed, first, workers, case: only, minutes }) {
  const module = adapter === undefined ? 'express-alb' : pathToFileURL(adapter).href
  /** @type {{ createHandler: import('./harness.mjs').CreateHandler }} */
  const { createHandler } = await import(module)
  const plants = plant === undefined ? undefined : PLANTS[plant]
  const planted = plants ? plants(createHandler) : createHandler
  const { folder, remove } = makeFolder()
  // Another worker has found a difference.
  process.once('SIGTERM', () => {
    remove()
    process.exit(0)
  })
  watchProcess()
  const harness = await new Harness(planted, folder).start()
  const end = performance.now() + minutes * 60_000
  for (let number = only ?? first; performance.now() < end; number += workers) {
    const tried = await tryCase(harness, majors, seed, number)
    process.send?.(tried)
    if (only !== undefined) break
  }
  await harness.close()
  remove()
  process.disconnect()
}

process.once('message', (job) => void work(/** @type {Job} */ (job)))
