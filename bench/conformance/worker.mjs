// One adapter in a process of its own. It says what came of each check; the parent judges.
import { loadAdapter, NODE } from './adapters.mjs'
import { observe } from './observe.mjs'
import { observeNode } from './reference.mjs'
import { checksOf } from './vectors/index.mjs'

/**
 * @typedef {{ id: string, mode: import('./vector.mjs').Mode }} Order
 * @typedef {{ view: import('./observe.mjs').View } | { crash: string } | { useless: string }} Reply
 */

const name = process.argv[2] ?? ''
const create = name === NODE ? undefined : await load()
const checks = new Map(checksOf().map((check) => [`${check.vector.id} ${check.mode}`, check]))

for (const event of ['uncaughtException', 'unhandledRejection']) {
  // In Lambda both end the execution environment, and the request gets a 502.
  process.on(event, (/** @type {unknown} */ error) => reply({ crash: String(error) }))
}

process.on('message', (/** @type {Order} */ { id, mode }) => {
  void run(id, mode).then(reply, (/** @type {unknown} */ error) => reply({ crash: String(error) }))
})
// Nobody asks any more, whatever a hanging app still waits for.
process.on('disconnect', () => process.exit())
process.send?.({ ready: true })

/** @param {string} id @param {import('./vector.mjs').Mode} mode @returns {Promise<Reply>} */
async function run(id, mode) {
  const check = checks.get(`${id} ${mode}`)
  if (check === undefined) throw new Error(`no vector ${id} in ${mode}-value mode`)
  const { vector } = check
  return { view: await (create ? observe(create, vector, mode) : observeNode(vector, mode)) }
}

/** @param {Reply} message */
function reply(message) {
  process.send?.(message)
}

async function load() {
  try {
    return await loadAdapter(name)
  } catch (error) {
    reply({ useless: error instanceof Error ? error.message : String(error) })
    return undefined
  }
}
