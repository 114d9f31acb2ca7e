// A suite's command: its own runner, from its own node_modules, with our reporter.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { reporterFile } from './settings.mjs'

/**
 * @typedef {object} Wish
 * @property {readonly string[]} files
 * @property {string | undefined} grep
 * @property {string} nodeVersion
 * @property {string} outcomes the file for the reporter
 */

/**
 * Arguments for Node.
 *
 * @param {import('./folder.mjs').Clone} clone
 * @param {Wish} wish
 * @returns {string[]}
 */
export function commandFor({ suite, folder }, { files, grep, nodeVersion, outcomes }) {
  const { runner, options = [] } = suite
  switch (runner) {
    case 'mocha':
      return [
        binary(folder, 'mocha'),
        // Servers that a test leaves open, and functions that never answer, must not hold the run.
        '--exit',
        '--reporter',
        reporterFile('mocha.cjs'),
        ...options,
        ...(grep === undefined ? [] : ['--grep', grep]),
        ...files,
      ]
    case 'node:test':
      return [
        ...options,
        '--test',
        // As for mocha. Node 20 loses the reporter's last lines with it; there a file that hangs is given up after the
        // time below. Node 24 loses the odd one, so a test may be missing from a run, and is tried again.
        ...(parseInt(nodeVersion, 10) < 22 ? [] : ['--test-force-exit']),
        // More than a function may take.
        '--test-timeout=45000',
        // Most of the time a test waits; Node's default on two cores is one file after the other.
        '--test-concurrency=3',
        `--test-reporter=${pathToFileURL(reporterFile('node-test.mjs')).href}`,
        `--test-reporter-destination=${outcomes}`,
        ...(grep === undefined ? [] : [`--test-name-pattern=${grep}`]),
        ...files,
      ]
    case 'vitest':
      return [
        binary(folder, 'vitest'),
        'run',
        `--reporter=${reporterFile('vitest.mjs')}`,
        ...options,
        ...(grep === undefined ? [] : ['-t', grep]),
        ...files,
      ]
    case 'script':
      return [
        fileURLToPath(new URL('scripts.mjs', import.meta.url)),
        ...options,
        ...(grep === undefined ? [] : [`--grep=${grep}`]),
        ...files,
      ]
    default:
      throw new Error(`${suite.name}: no runner ${String(runner)}`)
  }
}

/** What the package's own manifest says its command is. @param {string} folder @param {string} name */
function binary(folder, name) {
  const home = join(folder, 'node_modules', name)
  /** @type {{ bin: string | Record<string, string> }} */
  const { bin } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'))
  return join(home, typeof bin === 'string' ? bin : (bin[name] ?? ''))
}
