// Random Express apps, each on a plain server and as a function: whatever an app or its client can tell apart and no
// known difference of a load balancer explains is a fault.
//
//     npm run fuzz -- [--minutes 10] [--seed N] [--case K]
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { readOptions } from './options.mjs'
import { Report } from './report.mjs'

/** @type {import('./options.mjs').Options} */
let options
try {
  options = readOptions(process.argv.slice(2))
} catch (error) {
  console.error(/** @type {Error} */ (error).message)
  process.exit(1)
}

const report = new Report(options)
const count = options.case === undefined ? options.workers : 1
const workers = Array.from({ length: count }, (_, first) => {
  const worker = fork(fileURLToPath(new URL('./worker.mjs', import.meta.url)), [], {
    env: { ...process.env, NODE_ENV: 'test' },
    // Warnings are compared, not printed.
    execArgv: ['--no-warnings'],
  })
  worker.on('message', (tried) => {
    report.add(/** @type {import('./report.mjs').Tried} */ (tried))
    if (report.failures > 0 && !options.keepGoing) for (const each of workers) each.kill()
  })
  worker.on('exit', (code, signal) => {
    if (code !== 0 && signal === null) report.crashed(code)
  })
  worker.send({ ...options, first, workers: count })
  return worker
})

const progress = setInterval(() => report.progress(), 10_000)
await Promise.all(workers.map((worker) => once(worker, 'exit')))
clearInterval(progress)
report.summary()
process.exitCode = report.failures > 0 ? 1 : 0
