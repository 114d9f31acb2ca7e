// Runs checks in a child process, and in a new one after each crash or hang.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/**
 * @typedef {import('./vectors/index.mjs').Check} Check
 * @typedef {import('./observe.mjs').View} View
 */

const WORKER = fileURLToPath(new URL('worker.mjs', import.meta.url))
/** A check bounds itself; this is for a process that no longer turns its event loop. */
const WATCHDOG_MS = 15_000

/**
 * @param {string} adapter
 * @param {Check[]} checks
 * @param {() => void} onCheck told of each one that is done
 * @returns {Promise<View[]>} in the order of the checks
 */
export async function observeAll(adapter, checks, onCheck) {
  /** @type {View[]} */
  const views = []
  let worker = await start(adapter)
  // The next one is ready when this one has crashed.
  let spare = startSpare(adapter)
  for (const { vector, mode } of checks) {
    const reply = await ask(worker, { id: vector.id, mode })
    if ('view' in reply) {
      views.push(reply.view)
    } else {
      const exchanges = [vector.request ?? {}].flat().map(() => reply)
      views.push({ exchanges, seen: {}, handler: {} })
      worker.kill('SIGKILL')
      worker = await spare
      spare = startSpare(adapter)
    }
    onCheck()
  }
  worker.kill()
  await spare.then((unused) => unused.kill())
  return views
}

/** Its failure counts when it is needed. @param {string} adapter */
function startSpare(adapter) {
  const spare = start(adapter)
  spare.catch(() => {})
  return spare
}

/** @param {string} adapter */
async function start(adapter) {
  // Adapters and apps log what goes wrong, and much goes wrong here.
  const worker = fork(WORKER, [adapter], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  const ended = once(worker, 'exit').then(() => [{ useless: 'its process ended while it loaded' }])
  const [first] = /** @type {[{ useless?: string }]} */ (
    await Promise.race([once(worker, 'message'), ended])
  )
  if (first.useless === undefined) return worker
  worker.kill()
  throw new Error(`${adapter} cannot be loaded: ${first.useless}`)
}

/**
 * @param {import('node:child_process').ChildProcess} worker
 * @param {import('./worker.mjs').Order} order
 * @returns {Promise<{ view: View } | import('./observe.mjs').Exchange>}
 */
function ask(worker, order) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => settle({ outcome: 'hung' }), WATCHDOG_MS)
    const onExit = () => settle({ outcome: 'crashed', error: 'the process ended' })
    const onMessage = (/** @type {import('./worker.mjs').Reply} */ reply) => {
      if ('view' in reply) settle(reply)
      else settle({ outcome: 'crashed', error: 'crash' in reply ? reply.crash : reply.useless })
    }
    /** @param {{ view: View } | import('./observe.mjs').Exchange} outcome */
    const settle = (outcome) => {
      clearTimeout(timer)
      worker.off('exit', onExit).off('message', onMessage)
      resolve(outcome)
    }
    worker.on('exit', onExit).on('message', onMessage)
    worker.send(order)
  })
}
