// npm run lint: formatting, lint rules (type-aware), types. Everything is checked from its sources; nothing is built.
import { fileURLToPath } from 'node:url'
import { runChecks, toSummary } from './checks.mjs'
import { ensureInstalled } from './install.mjs'
import { runNode } from './run.mjs'

/**
 * @param {string} name
 * @param {string} file
 * @param {readonly string[]} args
 * @returns {import('./checks.mjs').Check}
 */
const tool = (name, file, args) => ({
  name,
  run: async () => {
    const code = await runNode(`node_modules/${file}`, args)
    if (code !== 0) throw new Error(`exit code ${code}`)
  },
})

export const lintChecks = [
  tool('formatted as prettier does', 'prettier/bin/prettier.cjs', [
    '--check',
    '--log-level=warn',
    '.',
  ]),
  tool('no finding of oxlint', 'oxlint/bin/oxlint', ['--deny-warnings']),
  tool('types of the adapter hold, declarations included', 'typescript/bin/tsc', [
    '-p',
    'packages/adapter',
    '--noEmit',
  ]),
  tool('types of local-alb hold, declarations included', 'typescript/bin/tsc', [
    '-p',
    'packages/local-alb',
    '--noEmit',
  ]),
  tool('types of the cut-over command hold, declarations included', 'typescript/bin/tsc', [
    '-p',
    'packages/deploy',
    '--noEmit',
  ]),
  tool('types of tests, examples, benchmarks and scripts hold', 'typescript/bin/tsc', ['-p', '.']),
]

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await ensureInstalled('all')
  const counts = await runChecks(lintChecks)
  console.log(toSummary(counts))
  process.exitCode = counts.failed === 0 ? 0 : 1
}
