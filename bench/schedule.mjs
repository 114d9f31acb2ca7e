// The parent's side: a fresh process per adapter, batches in turn, in another order every round.
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Milliseconds an order may take: an invocation that never ends is a wrong answer too. */
const PATIENCE = 60_000

/**
 * @typedef {object} Plan
 * @property {string[]} adapters
 * @property {string} workload
 * @property {import('./event.mjs').Mode} mode
 * @property {boolean} stringify
 * @property {import('./worker.mjs').Clock} clock
 * @property {number} processes how often everything is repeated in fresh processes
 * @property {number} warmUp seconds per process
 * @property {number} seconds measured, over all processes together
 * @property {number} [rounds] per process, instead of seconds
 *
 * @typedef {object} Sample what one adapter did in one workload
 * @property {string} adapter
 * @property {number[][]} batches mean nanoseconds per invocation of each batch, one list per process
 * @property {string} [wrong] the first wrong answer; then there is no figure
 */

/** @param {Plan} plan @returns {Promise<Sample[]>} */
export async function measure(plan) {
  /** @type {Sample[]} */
  const samples = plan.adapters.map((adapter) => ({ adapter, batches: [] }))
  for (let i = 0; i < plan.processes; i++) await measureOnce(plan, samples)
  return samples
}

/** @param {Plan} plan @param {Sample[]} samples */
async function measureOnce({ workload, mode, stringify, clock, warmUp, ...plan }, samples) {
  const workers = samples
    .filter(({ wrong }) => wrong === undefined)
    .map((sample) => new Worker(sample))
  try {
    for (const worker of workers) {
      await worker.order({
        setup: { adapter: worker.sample.adapter, workload, mode, stringify, clock },
      })
      await worker.order({ warmUp })
    }
    const end = performance.now() + (plan.seconds * 1000) / plan.processes
    for (let round = 0; plan.rounds ? round < plan.rounds : performance.now() < end; round++) {
      for (const worker of shuffled(workers)) await worker.order({ batch: true })
    }
    for (const worker of workers) await worker.order({ finish: true })
  } finally {
    for (const worker of workers) worker.stop()
  }
}

class Worker {
  /** @param {Sample} sample */
  constructor(sample) {
    this.sample = sample
    /** @type {number[]} */
    this.figures = []
    sample.batches.push(this.figures)
    this.child = fork(fileURLToPath(new URL('worker.mjs', import.meta.url)), {
      execArgv: ['--expose-gc'],
      env: { ...process.env, NODE_ENV: 'production' },
    })
    /** @type {(reply: import('./worker.mjs').Reply) => void} */
    this.settle = () => {}
    this.child.on('message', (reply) => this.settle(/** @type {object} */ (reply)))
    this.child.on('exit', (code, signal) => this.settle({ wrong: `ended (${signal ?? code})` }))
  }

  /** One order, one reply; none are given after a wrong answer. @param {import('./worker.mjs').Order} order */
  async order(order) {
    if (this.sample.wrong !== undefined) return
    /** @type {import('./worker.mjs').Reply} */
    const { ns, wrong } = await new Promise((resolve) => {
      const late = setTimeout(resolve, PATIENCE, { wrong: 'no answer in time' })
      this.settle = (reply) => {
        clearTimeout(late)
        resolve(reply)
      }
      this.child.send(order)
    })
    if (wrong !== undefined) this.sample.wrong = wrong
    else if (ns !== undefined) this.figures.push(ns)
  }

  stop() {
    this.child.kill()
  }
}

/** @template T @param {T[]} list @returns {T[]} */
function shuffled(list) {
  const copy = [...list]
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1))
    ;[copy[i], copy[j]] = [/** @type {T} */ (copy[j]), /** @type {T} */ (copy[i])]
  }
  return copy
}
