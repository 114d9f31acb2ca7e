// How long a function takes from the start of its process to its first response, through AWS's own runtime client.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFunction } from 'local-alb'
import { PAIR, loadAdapter } from '../adapters/index.mjs'
import { wrongness } from '../answer.mjs'
import { eventMaker } from '../event.mjs'
import { shuffled } from '../shuffled.mjs'
import { answer, request } from './app.mjs'
import { bundle } from './bundle.mjs'

/**
 * @typedef {object} Start what one adapter did, once per round
 * @property {string} adapter
 * @property {number} bytes of its bundle
 * @property {number[]} ms from the start of the process to the first response
 * @property {number[]} initMs of that, until the function is loaded
 * @property {string} [wrong] the first wrong answer; then there is no figure
 *
 * @typedef {{ format: import('./bundle.mjs').Format, starts: Start[] }} ColdStarts
 *
 * @typedef {{ adapters: string[], mode: import('../event.mjs').Mode, starts: number }} Plan
 */

/**
 * Fresh processes of all adapters in turn, in another order every round; the first round only brings the files into the
 * system's cache.
 *
 * @param {Plan} plan
 * @param {import('./bundle.mjs').Format} format
 * @returns {Promise<ColdStarts>}
 */
export async function coldStarts({ adapters, mode, starts: rounds }, format) {
  const folder = mkdtempSync(join(tmpdir(), 'cold-start-'))
  try {
    const subjects = await Promise.all(
      // A recorded pair is not what a function gets.
      adapters
        .filter((name) => name !== PAIR)
        .map((name, i) => {
          const own = join(folder, String(i))
          mkdirSync(own)
          return toSubject(name, format, own)
        }),
    )
    const makeEvent = eventMaker(request, mode)
    for (let round = 0; round <= rounds; round++) {
      for (const { start, file, ungated } of shuffled(subjects)) {
        if (start.wrong !== undefined) continue
        const { ms, initMs, wrong } = await startOnce(file, makeEvent(), mode, ungated)
        if (wrong !== undefined) start.wrong = wrong
        else if (round > 0) {
          start.ms.push(ms)
          start.initMs.push(initMs)
        }
      }
    }
    return { format, starts: subjects.map(({ start }) => start) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @param {string} adapter @param {import('./bundle.mjs').Format} format @param {string} folder */
async function toSubject(adapter, format, folder) {
  const { file, bytes } = await bundle(adapter, format, folder)
  const { ungated = false } = await loadAdapter(adapter)
  /** @type {Start} */
  const start = { adapter, bytes, ms: [], initMs: [] }
  return { start, file, ungated }
}

/**
 * One process. It has responded when AWS's client, with the response posted, asks for the next event.
 *
 * @param {string} file @param {object} event @param {import('../event.mjs').Mode} mode @param {boolean} ungated
 * @returns {Promise<{ ms: number, initMs: number, wrong?: string }>}
 */
async function startOnce(file, event, mode, ungated) {
  const target = createFunction({
    file,
    runtimeClient: 'aws-lambda-ric',
    freeze: false,
    env: { NODE_ENV: 'production' },
  })
  try {
    const outcome = await target.invoke({ payload: JSON.stringify(event) })
    const { initMs = NaN, durationMs } = outcome.invocation
    const ms = initMs + durationMs
    if (outcome.kind !== 'success') return { ms, initMs, wrong: describe(outcome) }
    const result = JSON.parse(outcome.payload)
    const wrong = ungated
      ? result?.statusCode !== answer.status && `status ${result?.statusCode}`
      : wrongness(result, answer, mode)
    return { ms, initMs, ...(wrong && { wrong }) }
  } finally {
    await target.close()
  }
}

/** @param {Exclude<import('local-alb').InvokeOutcome, { kind: 'success' }>} outcome */
function describe(outcome) {
  return outcome.kind === 'throttled' ? outcome.explanation : outcome.errorMessage
}
