import { beforeAll, it, vi } from 'vitest'
import { buildDeploy } from '../../../scripts/build.mjs'
import { killAndGoOn } from './process.js'

vi.setConfig({ testTimeout: 240_000 })
beforeAll(buildDeploy, 120_000)

it('a shift that is killed at any of its calls is gone on with', async () => {
  await killAndGoOn((actions) => [...actions.keys()])
})
