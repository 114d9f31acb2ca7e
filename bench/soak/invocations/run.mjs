// A million invocations of the adapter in one process, a hundred at a time: requests of every kind and every fate, each
// with an answer of its own, while heap, handles and listeners stay as they are.
//
//     npm run soak:invocations -- [--invocations 1000000] [--seed 20261122] [--plant leak]
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterWarmUp, FLAT_BYTES, grown, growth } from './growth.mjs'
import { readOptions } from './options.mjs'
import { toDuration, toMb, toProgress } from './progress.mjs'

/** A stage ends with a collection and a look through the heap, which take as long as some hundred invocations. */
const STAGE = 500
const [FEWEST_STAGES, MOST_STAGES] = [10, 50]
/** A stage that takes longer hangs: an invocation without an answer. */
const PATIENCE_MS = 300_000

const task = readOptions(process.argv.slice(2))
const { invocations, seed, overlap, plant } = task
const stages = Math.max(FEWEST_STAGES, Math.min(MOST_STAGES, Math.floor(invocations / STAGE)))
console.log(
  `${invocations} invocations, ${overlap} at a time, seed ${seed}${plant ? `, with a ${plant} planted` : ''}.`,
)

/** @type {import('./worker.mjs').Stage[]} */
const measured = []
/** @type {Readonly<Record<string, number>>} */
let kinds = {}
/** @type {string[]} */
const problems = []
const start = performance.now()

const child = fork(fileURLToPath(new URL('worker.mjs', import.meta.url)), {
  execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
  env: { ...process.env, NODE_ENV: 'production' },
})
const hangs = setTimeout(() => {
  problems.push(`no further stage within ${PATIENCE_MS / 1000} s`)
  child.kill()
}, PATIENCE_MS)
child.on('message', (/** @type {import('./worker.mjs').Message} */ message) => {
  if ('problem' in message) problems.push(message.problem)
  if ('kinds' in message) kinds = message.kinds
  if ('stage' in message) {
    measured.push(message.stage)
    hangs.refresh()
    console.log(toProgress(message.stage, invocations, performance.now() - start, problems.length))
  }
})
child.send({ ...task, stages })
/** @type {number | null} */
const code = await new Promise((resolve) => {
  child.once('close', resolve)
})
clearTimeout(hangs)
if (code !== 0) problems.push(`the process ended with ${code ?? 'a signal'}`)

const settled = afterWarmUp(measured, invocations)
const heap = growth(settled, ({ heapUsed }) => heapUsed)
const buffers = growth(settled, ({ external }) => external)
for (const [name, bytes] of /** @type {const} */ ([
  ['heap', heap],
  ['memory outside the heap', buffers],
])) {
  if (!(bytes <= FLAT_BYTES)) {
    problems.push(`the ${name} grew by ${toMb(bytes)}; ${toMb(FLAT_BYTES)} are flat`)
  }
}
problems.push(...grown(settled))

const shares = Object.entries(kinds).map(([name, count]) => `${count} ${name}`)
console.log(`\n${shares.join(', ')}`)
console.log(
  `in ${toDuration(performance.now() - start)}; from 10 % to the end heap ${toMb(heap)}, memory outside it ${toMb(buffers)}`,
)
for (const problem of problems.slice(0, 20)) console.log(`  ${problem}`)
console.log(
  problems.length === 0 ? 'flat, and every answer its own' : `problems: ${problems.length}`,
)
process.exitCode = problems.length === 0 ? 0 : 1
