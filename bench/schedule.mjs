// The parent's side: a fresh process per adapter, batches in turn, in another order every round.
import { fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { shuffled } from './shuffled.mjs'

/** Milliseconds an order may take: an invocation that never ends is a wrong answer too. */
const PATIENCE = 60_000

/** Single invocations are timed in as many goes as this, so that the machine's drift hits all adapters alike. */
const GOES = 10

/**
 * @typedef {object} Plan
 * @property {string[]} adapters
 * @property {string} workload
 * @property {import('./event.mjs').Mode} mode
 * @property {boolean} stringify
 * @property {import('./clock.mjs').Clock} clock
 * @property {number} processes how often everything is repeated in fresh processes
 * @property {number} warmUp seconds per process
 * @property {number} seconds measured, over all processes together
 * @property {number} [rounds] per process, instead of seconds
 * @property {number} singles invocations timed singly per process; with 0 nothing but batches is measured
 *
 * @typedef {object} Sample what one adapter did in one workload
 * @property {string} adapter
 * @property {number[][]} batches mean nanoseconds per invocation of each batch, one list per process
 * @property {number[][]} singles nanoseconds of single invocations, one list per process
 * @property {number[]} allocated bytes per invocation, of each window in all processes
 * @property {string} [wrong] the first wrong answer; then there is no figure
 */

/** @param {Plan} plan @returns {Promise<Sample[]>} */
export async function measure(plan) {
  /** @type {Sample[]} */
  const samples = plan.adapters.map((adapter) => ({
    adapter,
    batches: [],
    singles: [],
    allocated: [],
  }))
  for (let i = 0; i < plan.processes; i++) await measureOnce(plan, samples)
  return samples
}

/** @param {Plan} plan @param {Sample[]} samples */
async function measureOnce({ workload, mode, stringify, clock, warmUp, ...plan }, samples) {
  const workers = samples
    .filter(({ wrong }) => wrong === undefined)
    .map((sample) => new Worker(sample))
  try {
    // As many at a time as there are processors: nothing is measured yet.
    const cold = [...workers]
    const lanes = Array.from({ length: availableParallelism() }, async () => {
      for (let worker = cold.pop(); worker; worker = cold.pop()) {
        const { adapter } = worker.sample
        await worker.order({ setup: { adapter, workload, mode, stringify, clock } })
        await worker.order({ warmUp })
      }
    })
    await Promise.all(lanes)
    const end = performance.now() + (plan.seconds * 1000) / plan.processes
    for (let round = 0; plan.rounds ? round < plan.rounds : performance.now() < end; round++) {
      for (const worker of shuffled(workers)) await worker.order({ batch: true })
    }
    if (plan.singles > 0) {
      const singles = Math.ceil(plan.singles / GOES)
      for (let go = 0; go < GOES; go++) {
        for (const worker of shuffled(workers)) await worker.order({ singles })
      }
      for (const worker of workers) await worker.order({ allocation: true })
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
    this.batches = []
    sample.batches.push(this.batches)
    /** @type {number[]} */
    this.singles = []
    sample.singles.push(this.singles)
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
    const { ns, singles, allocated, wrong } = await new Promise((resolve) => {
      const late = setTimeout(resolve, PATIENCE, { wrong: 'no answer in time' })
      this.settle = (reply) => {
        clearTimeout(late)
        resolve(reply)
      }
      this.child.send(order)
    })
    if (wrong !== undefined) this.sample.wrong = wrong
    if (ns !== undefined) this.batches.push(ns)
    if (singles !== undefined) this.singles.push(...singles)
    if (allocated !== undefined) this.sample.allocated.push(...allocated)
  }

  stop() {
    this.child.kill()
  }
}
