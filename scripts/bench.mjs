// npm run bench, bench:load-balancer, compat, conformance, fuzz, soak and soak:invocations: installs everything, builds the
// packages and runs the script of that name in `bench/`. Arguments go to it; files among them are looked for from where npm
// was called.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildAdapter, buildLocalAlb } from './build.mjs'
import { ensureInstalled } from './install.mjs'
import { root, run } from './run.mjs'

const bench = join(root, 'bench')

/** @type {{ scripts: Record<string, string> }} each `node [flags] file` */
const { scripts } = JSON.parse(readFileSync(join(bench, 'package.json'), 'utf8'))

await ensureInstalled('all')
await Promise.all([buildAdapter(), buildLocalAlb()])
const args = process.argv.slice(2)
const name = Object.hasOwn(scripts, args[0] ?? '') ? args.shift() : 'bench'
const [, ...words] = scripts[name ?? '']?.split(' ') ?? []
const flags = words.slice(0, -1)
const file = join(bench, words.at(-1) ?? '')
process.exitCode = await run(process.execPath, [...flags, file, ...args], {
  cwd: process.env['INIT_CWD'] ?? process.cwd(),
})
