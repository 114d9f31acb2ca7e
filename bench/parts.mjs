// What a run can consist of, by the names that --workloads takes.
import { curves, steps } from './curves.mjs'
import { workloads } from './workloads.mjs'

export const LOAD = 'load'
export const COLD = 'cold'

const usual = workloads.filter(({ kind }) => kind !== 'extra').map(({ name }) => name)
const extra = workloads.filter(({ kind }) => kind === 'extra').map(({ name }) => name)

export const USUAL_PARTS = [...usual, LOAD]
export const EXTRA_PARTS = [...extra, COLD, ...curves.map(({ name }) => name)]
export const ALL_PARTS = [...USUAL_PARTS, ...EXTRA_PARTS]

/** @type {Record<string, { what: string, parts: string[] }>} */
export const GROUPS = {
  body: group('body'),
  headers: group('headers'),
}

/** Also a step of a curve: `text-size@64`. @param {string} name @returns {import('./workloads.mjs').Workload} */
export function findWorkload(name) {
  const found = [...workloads, ...curves.flatMap(steps)].find((workload) => workload.name === name)
  if (found === undefined) throw new Error(`no workload ${name}`)
  return found
}

/** @param {string} name */
function group(name) {
  const parts = curves.filter((curve) => curve.group === name).map((curve) => curve.name)
  return { what: parts.join(', '), parts }
}
