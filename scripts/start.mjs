// npm start: installs and builds what the hello example needs, then runs the example's own start script.
//
// package.json says `exec node ... || node ...`: where there is a POSIX shell, this process takes its place. npm passes
// signals to its direct child only, and a shell in between would leave this process behind. Windows' shell does not
// know `exec` and takes the second half.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildAdapter, buildExample, buildLocalAlb } from './build.mjs'
import { ensureInstalled } from './install.mjs'
import { root } from './run.mjs'

/** How long the example may take to close its servers after Ctrl-C. */
const CLOSE_TIMEOUT_MS = 3_000

await ensureInstalled('start')
await Promise.all([buildAdapter(), buildLocalAlb()])
await buildExample('hello')

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.once(signal, () => {
    // The example closes what it opened and lets the process run out. Where it listens for nothing, or hangs, we end.
    if (process.listenerCount(signal) === 0) process.exit(0)
    setTimeout(() => process.exit(0), CLOSE_TIMEOUT_MS).unref()
  })
}

// In this process: a child would need its signals passed on and could be left behind.
process.chdir(join(root, 'packages/examples/hello'))
await import(pathToFileURL('dist/start.js').href)
