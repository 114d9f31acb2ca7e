// npm run walk: installs, builds, and does what docs/migrate.md says, command by command. Arguments go to vitest.
import { fileURLToPath } from 'node:url'
import { buildAll } from './build.mjs'
import { ensureInstalled } from './install.mjs'
import { runNode } from './run.mjs'

/**
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit code
 */
export function walkGuide(args) {
  return runNode('node_modules/vitest/vitest.mjs', [
    'run',
    '--config',
    'test/docs/walk/vitest.config.ts',
    ...args,
  ])
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await ensureInstalled('all')
  await buildAll()
  process.exitCode = await walkGuide(process.argv.slice(2))
}
