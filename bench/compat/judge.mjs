// A suite in all the ways that were asked for, and what can be said of it.
import { confirm, onlyIn } from './compare.mjs'
import { execute, prepare } from './execute.mjs'
import { testFiles } from './folder.mjs'
import { countStates } from './outcomes.mjs'
import { SIDES, nameOf } from './settings.mjs'
import { relative } from 'node:path'

/**
 * @typedef {import('./settings.mjs').Mode} Mode
 * @typedef {import('./compare.mjs').Difference} Difference
 * @typedef {{ way: string, pass: number, fail: number, skip: number, seconds: number, requests?: number, unfinished?: string }} Counts
 *
 * @typedef {object} ModeVerdict
 * @property {Mode} mode
 * @property {Counts} ours
 * @property {Counts} reference
 * @property {Difference[]} onlyReference passes there in two tries, and with us in none
 * @property {Difference[]} onlyOurs
 * @property {Difference[]} flaky was no difference when tried again
 * @property {Difference[]} onlyPlain passes without a load balancer and not for the reference
 *
 * @typedef {object} Verdict
 * @property {string} suite
 * @property {string} version
 * @property {string | undefined} commit
 * @property {string} node
 * @property {boolean} kind
 * @property {Counts} plain
 * @property {ModeVerdict[]} modes
 *
 * @typedef {import('./execute.mjs').RunOptions & { modes: readonly Mode[], retries: number }} JudgeOptions
 */

/**
 * @param {import('./folder.mjs').Clone} clone
 * @param {JudgeOptions} options
 * @param {import('./progress.mjs').Progress} progress
 * @returns {Promise<Verdict>}
 */
export async function judge(clone, options, progress) {
  const { suite, folder, version, commit } = clone
  const all = testFiles(suite, folder).map((file) => relative(folder, file))
  if (all.length === 0) throw new Error(`${suite.name}: ${folder} has no test files`)
  prepare(clone)

  /** @param {import('./settings.mjs').Way | undefined} way @param {readonly string[]} files @param {string} [note] */
  const run = async (way, files, note = '') => {
    const name = `${suite.name}: ${nameOf(way)}${note}`
    progress.start(name)
    const result = await execute(clone, way, files, options, (tests) => progress.tests(name, tests))
    const counts = toCounts(nameOf(way), result)
    progress.end(name, counts)
    return { result, counts }
  }

  const plain = await run(undefined, all)
  if (plain.result.tests.size === 0) {
    throw new Error(
      `${suite.name}: no test was run (${plain.result.ended})\n${tail(plain.result.output)}`,
    )
  }
  /** @type {ModeVerdict[]} */
  const modes = []
  for (const mode of options.modes) {
    const [ours, reference] = [
      await run({ mode, side: 'ours' }, all),
      await run({ mode, side: 'reference' }, all),
    ]
    const { lasting, flaky } = await confirm(
      onlyIn(reference.result, ours.result),
      options.retries,
      async (side, files) => (await run({ mode, side }, files, ', again')).result,
    )
    modes.push({
      mode,
      ours: ours.counts,
      reference: reference.counts,
      onlyReference: lasting,
      onlyOurs: onlyIn(ours.result, reference.result),
      flaky,
      onlyPlain: onlyIn(plain.result, reference.result),
    })
  }
  const { nodeVersion: node, kind } = options
  return { suite: suite.name, version, commit, node, kind, plain: plain.counts, modes }
}

/** @param {string} way @param {import('./execute.mjs').Run} run @returns {Counts} */
function toCounts(way, run) {
  const { requests, faults = [] } = run.summary ?? {}
  const [fault] = faults
  if (fault !== undefined) throw new Error(`${way}: local-alb says: ${fault.message}`)
  return {
    way,
    ...countStates(run),
    seconds: Math.round(run.seconds * 10) / 10,
    ...(requests !== undefined && { requests }),
    ...(!run.finished && { unfinished: run.ended }),
  }
}

/** @param {string} output */
function tail(output) {
  return output.trimEnd().split('\n').slice(-15).join('\n')
}

/** Whether nothing speaks against us, and nothing was left unseen. @param {Verdict} verdict */
export function isGood({ plain, modes }) {
  const runs = [plain, ...modes.flatMap((mode) => SIDES.map((side) => mode[side]))]
  return (
    runs.every(({ unfinished }) => unfinished === undefined) &&
    modes.every(({ onlyReference }) => onlyReference.length === 0)
  )
}
