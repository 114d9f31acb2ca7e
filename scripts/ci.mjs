// .ci/run: the tests on every supported Node, the slow ones on this one, a soak, lint, and the package checks, with the sum of all as the last line.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureBrowser } from './browser.mjs'
import { checkDeploy } from './check-deploy.mjs'
import { checkLocalAlb } from './check-local-alb.mjs'
import { checkPackage } from './check-package.mjs'
import { runChecks, toSummary } from './checks.mjs'
import { lintChecks } from './lint.mjs'
import { run, runNode, runNpx } from './run.mjs'

/** The newest of each supported major that this one does not run on already. */
const OTHER_NODES = ['22.23.3', '24.21.0']

const reports = mkdtempSync(join(tmpdir(), 'express-alb-ci-'))

/**
 * @param {string} name
 * @param {() => Promise<import('./checks.mjs').Counts>} work
 */
async function step(name, work) {
  console.log(`\n=== ${name}`)
  const start = performance.now()
  const counts = await work()
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`=== ${name}: ${toSummary(counts)}, ${seconds} s`)
  return counts
}

/**
 * @param {string} label
 * @param {(vitestArgs: readonly string[]) => Promise<number>} start
 * @returns {Promise<import('./checks.mjs').Counts>}
 */
async function countTests(label, start) {
  const report = join(reports, `${label}.json`)
  const code = await start(['--reporter=default', '--reporter=json', `--outputFile.json=${report}`])
  const { passed, failed } = readReport(report)
  // Vitest also fails for what is no test: a file that does not load, an unhandled rejection, no test at all.
  return { passed, failed: code === 0 ? failed : Math.max(failed, 1) }
}

/**
 * @param {string} file
 * @returns {import('./checks.mjs').Counts}
 */
function readReport(file) {
  try {
    /** @type {{ numPassedTests: number, numFailedTests: number }} */
    const report = JSON.parse(readFileSync(file, 'utf8'))
    return { passed: report.numPassedTests, failed: report.numFailedTests }
  } catch {
    return { passed: 0, failed: 0 }
  }
}

console.log('\n=== a browser')
await ensureBrowser()

const results = [
  await step(`npm test on Node ${process.versions.node}`, () =>
    countTests('own', (args) =>
      run('npm', ['test', '--', ...args], { shell: process.platform === 'win32' }),
    ),
  ),
]
results.push(
  await step('the tests that take long', () =>
    countTests('slow', (args) =>
      run('npm', ['run', 'test:slow', '--', ...args], { shell: process.platform === 'win32' }),
    ),
  ),
)
for (const version of OTHER_NODES) {
  const vitest = ['-p', `node@${version}`, 'node', 'node_modules/vitest/vitest.mjs', 'run']
  results.push(
    await step(`the same tests on Node ${version}`, () =>
      countTests(version, (args) => runNpx([...vitest, ...args])),
    ),
  )
}
results.push(
  await step('10,000 requests with faults among them', async () => {
    const code = await runNode('scripts/bench.mjs', ['soak'])
    return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 }
  }),
)
results.push(await step('lint', () => runChecks(lintChecks)))
results.push(await step('the adapter as a package', () => checkPackage(OTHER_NODES)))
results.push(await step('local-alb as a package', checkLocalAlb))
results.push(await step('express-alb-deploy as a package', checkDeploy))
rmSync(reports, { recursive: true, force: true })

const total = { passed: 0, failed: 0 }
for (const { passed, failed } of results) {
  total.passed += passed
  total.failed += failed
}
console.log(`\n${toSummary(total)}`)
process.exitCode = total.failed === 0 ? 0 : 1
