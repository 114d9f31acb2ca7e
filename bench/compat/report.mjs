// A verdict as text.
import { SIDES } from './settings.mjs'

/**
 * @typedef {import('./judge.mjs').Verdict} Verdict
 * @typedef {import('./judge.mjs').ModeVerdict} ModeVerdict
 * @typedef {import('./compare.mjs').Difference} Difference
 */

/** @param {Verdict} verdict @param {{ plain: boolean }} show */
export function toText(verdict, show) {
  const { suite, version, commit, node, kind, plain, modes } = verdict
  const about = [
    `${suite} ${version}`,
    commit && `commit ${commit}`,
    `Node ${node}`,
    kind && 'kind settings',
  ]
  const runs = [plain, ...modes.flatMap((mode) => SIDES.map((side) => mode[side]))]
  const lines = [
    about.filter(Boolean).join(', '),
    ...runs.map(({ way, pass, unfinished }) => {
      const open = unfinished === undefined ? '' : `  did not finish: ${unfinished}`
      return `  ${way.padEnd(20)}${String(pass).padStart(6)} passing${open}`
    }),
    ...modes.flatMap((mode) => modeLines(mode, show)),
  ]
  return `${lines.join('\n')}\n`
}

/** @param {ModeVerdict} verdict @param {{ plain: boolean }} show */
function modeLines({ mode, onlyReference, onlyOurs, flaky, onlyPlain }, show) {
  return [
    `  ${mode}: ${count(onlyReference, 'passes')} with the reference only`,
    ...onlyReference.flatMap(withError),
    ...(flaky.length === 0
      ? []
      : [`  ${mode}: ${count(flaky, 'was')} a difference in the first try only`]),
    ...flaky.map(({ name }) => `    ${name}`),
    ...(onlyOurs.length === 0
      ? []
      : [`  ${mode}: ${count(onlyOurs, 'passes')} with express-alb only`]),
    ...onlyOurs.map(({ name }) => `    ${name}`),
    `  ${mode}: ${count(onlyPlain, 'passes')} plain and not with the reference: ${
      show.plain ? '' : 'the load balancer or Lambda; --plain lists them'
    }`.trimEnd(),
    ...(show.plain ? onlyPlain.flatMap(withError) : []),
  ]
}

/** @param {readonly Difference[]} differences @param {'passes' | 'was'} verb */
function count({ length }, verb) {
  if (length === 1) return `1 test ${verb}`
  return `${length === 0 ? 'no' : length} ${length === 0 ? 'test' : 'tests'} ${
    length === 0 ? verb : { passes: 'pass', was: 'were' }[verb]
  }`
}

/** @param {Difference} difference */
function withError({ name, error }) {
  return [`    ${name}`, `        ${(error.split('\n')[0] ?? '').slice(0, 300)}`]
}
