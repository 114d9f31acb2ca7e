// npm test: installs everything, builds, and runs vitest. Arguments go to vitest: `npm test -- test/adapter -t cookies`.
import { buildAll } from './build.mjs'
import { ensureInstalled } from './install.mjs'
import { runNode } from './run.mjs'

await ensureInstalled('all')
await buildAll()
process.exitCode = await runNode('node_modules/vitest/vitest.mjs', [
  'run',
  ...process.argv.slice(2),
])
