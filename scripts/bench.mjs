// npm run bench: installs everything, builds the adapter and runs the benchmark. Arguments go to the benchmark.
import { join } from 'node:path'
import { buildAdapter } from './build.mjs'
import { ensureInstalled } from './install.mjs'
import { root, run } from './run.mjs'

await ensureInstalled('all')
await buildAdapter()
process.exitCode = await run('npm', ['run', '--silent', 'bench', '--', ...process.argv.slice(2)], {
  cwd: join(root, 'bench'),
  shell: process.platform === 'win32',
})
