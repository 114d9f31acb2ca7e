// npm run mutation: changes the adapter's sources in a thousand ways, one at a time, and runs its tests against each. A
// change that no test notices must be explained in test/mutation/survivors.json, or the run fails.
//
//     npm run mutation [-- alb/size.ts http] [--testing] [--force]
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { judge, withFurther, withoutMutants } from '../test/mutation/judge.mjs'
import { withResults } from '../test/mutation/page.mjs'
import { ensureInstalled } from './install.mjs'
import { root, runNode } from './run.mjs'

const SOURCES = 'packages/adapter/src'
const EXPLANATIONS = 'test/mutation/survivors.json'
const PAGE = 'docs/mutation.md'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { testing: { type: 'boolean' }, force: { type: 'boolean' } },
})
for (const name of positionals) {
  if (!existsSync(join(root, SOURCES, name))) {
    console.error(
      `There is no ${name} in ${SOURCES}; name files or folders in it, such as http/head.ts or alb.`,
    )
    process.exit(2)
  }
}

/** @param {string} file below the sources */
function isMutated(file) {
  if (positionals.length > 0) {
    return positionals.some(
      (name) => file === name || file.startsWith(`${name.replace(/\/$/, '')}/`),
    )
  }
  return values.testing === true || !file.startsWith('testing')
}

const patterns = [
  ...(positionals.length > 0 ? positionals : ['.']).map((name) =>
    statSync(join(root, SOURCES, name)).isFile()
      ? `${SOURCES}/${name}`
      : join(SOURCES, name, '**/*.ts'),
  ),
  ...(values.testing || positionals.length > 0
    ? []
    : [`!${SOURCES}/testing/**`, `!${SOURCES}/testing.ts`]),
]

await ensureInstalled('all')
console.log(
  'Mutates the adapter and runs test/adapter against each mutant: first the quick tests, then the slow ones against what\n' +
    'these let live without a reason known. From nothing that takes about an hour on two cores; later runs do only what\n' +
    'has changed.',
)

/** @type {import('../test/mutation/judge.mjs').Explanation[]} */
const explanations = JSON.parse(read(EXPLANATIONS))
forgetOpen()
const quick = await reportOf('quick', patterns)
const open = judge(quick, explanations, isMutated).unexplained
const report =
  open.length === 0 ? quick : withFurther(quick, await reportOf('slow', open.map(rangeOf)))

/**
 * @param {'quick' | 'slow'} tests
 * @param {string[]} mutate
 * @returns {Promise<import('../test/mutation/judge.mjs').Report>}
 */
async function reportOf(tests, mutate) {
  console.log(`\n=== with the ${tests} tests`)
  const code = await runNode(
    'node_modules/@stryker-mutator/core/bin/stryker.js',
    [
      'run',
      'test/mutation/stryker.config.mjs',
      '--mutate',
      mutate.join(),
      ...(values.force ? ['--force'] : []),
    ],
    { env: { ...process.env, MUTATION_TESTS: tests } },
  )
  if (code !== 0) process.exit(code)
  return JSON.parse(read(`coverage/mutation/${tests}.json`))
}

/**
 * What lived to the end without a reason is run again: Stryker does not see that a new test meets code which runs once,
 * when its module is loaded.
 */
function forgetOpen() {
  const memories = ['quick', 'slow'].map((tests) => `coverage/mutation/${tests}.incremental.json`)
  if (!memories.every((file) => existsSync(join(root, file)))) return
  /** @type {import('../test/mutation/judge.mjs').Report[]} */
  const known = memories.map((file) => JSON.parse(read(file)))
  const { unexplained } = judge(known.reduce(withFurther), explanations, isMutated)
  for (const [i, file] of memories.entries()) {
    const held = known[i]
    if (held) writeFileSync(join(root, file), JSON.stringify(withoutMutants(held, unexplained)))
  }
}

/**
 * Where a mutant is, as Stryker wants it: columns from 0, where its reports count them from 1.
 *
 * @param {import('../test/mutation/judge.mjs').Survivor} mutant
 */
function rangeOf({ file, location: { start, end } }) {
  return `${SOURCES}/${file}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`
}

/** @param {string} file */
function read(file) {
  return readFileSync(join(root, file), 'utf8')
}

const judgement = judge(report, explanations, isMutated)
const { explained, unexplained, stale } = judgement
console.log()
for (const { file, line, mutator, code, replacement } of unexplained) {
  console.log(`${SOURCES}/${file}:${line} lives: ${mutator}\n  - ${code}\n  + ${replacement}`)
}
for (const { file, mutator, code, replacement } of stale) {
  console.log(
    `${EXPLANATIONS} explains what does not live: ${file}, ${mutator}\n  - ${code}\n  + ${replacement}`,
  )
}
const tally = Object.values(judgement.files)
const killed = tally.reduce((sum, file) => sum + file.killed, 0)
console.log(
  `${killed} killed, ${explained.length} explained, ${unexplained.length} unexplained; all of them in coverage/mutation, quick.html and slow.html`,
)
if (unexplained.length > 0) {
  console.log(
    `Add a test to test/adapter that fails with the change, or say in ${EXPLANATIONS} why there can be none.`,
  )
}
if (unexplained.length + stale.length > 0) process.exitCode = 1
else if (positionals.length === 0 && !values.testing) {
  const page = withResults(read(PAGE), judgement, {
    date: new Date().toISOString().slice(0, 10),
    versions: `Node ${process.versions.node}, Stryker ${versionOf('@stryker-mutator/core')}, Vitest ${versionOf('vitest')}`,
  })
  writeFileSync(join(root, PAGE), page)
  await runNode('node_modules/prettier/bin/prettier.cjs', ['--write', PAGE])
}

/** @param {string} name */
function versionOf(name) {
  /** @type {{ version: string }} */
  const { version } = JSON.parse(read(`node_modules/${name}/package.json`))
  return version
}
