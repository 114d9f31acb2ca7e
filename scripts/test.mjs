// npm test: installs everything, builds, and runs vitest. Arguments go to vitest: `npm test -- test/adapter -t cookies`.
// npm run test:slow: the same for the tests that take long (*.slow.test.ts).
import { buildAll } from './build.mjs'
import { ensureInstalled } from './install.mjs'
import { runNode } from './run.mjs'

const args = process.argv.slice(2)
const isSlow = args[0] === '--slow'

await ensureInstalled('all')
await buildAll()
process.exitCode = await runNode(
  'node_modules/vitest/vitest.mjs',
  ['run', ...(isSlow ? args.slice(1) : args)],
  { env: isSlow ? { ...process.env, TEST_SLOW: '1' } : process.env },
)
