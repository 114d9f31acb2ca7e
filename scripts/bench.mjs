// npm run bench, bench:load-balancer and soak: installs everything, builds the packages and runs the script of that name in
// `bench/`. Arguments go to it.
import { join } from 'node:path'
import { buildAdapter, buildLocalAlb } from './build.mjs'
import { ensureInstalled } from './install.mjs'
import { root, run } from './run.mjs'

const SCRIPTS = ['load-balancer', 'soak']

await ensureInstalled('all')
await Promise.all([buildAdapter(), buildLocalAlb()])
const args = process.argv.slice(2)
const script = SCRIPTS.includes(args[0] ?? '') ? args.shift() : 'bench'
process.exitCode = await run('npm', ['run', '--silent', script ?? '', '--', ...args], {
  cwd: join(root, 'bench'),
  shell: process.platform === 'win32',
})
