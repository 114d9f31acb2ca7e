// What loading the built package adds to Node's start, in processes that do nothing else.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { median } from './stats.mjs'

/** Milliseconds a start may take longer. */
export const LIMIT = 3

/**
 * @typedef {{ what: string, ms: number, reference: boolean }} Load
 * @typedef {{ limit: number, whole: Load[], within: Load[] }} LoadTimes
 * @typedef {{ what: string, flags: string[], code: string, reference?: boolean }} Start
 */

/** Processes, or pairs of them, for each figure. */
const PROCESSES = 31

const CJS = ['-e']
const ESM = ['--input-type=module', '-e']

/** @param {string} name @returns {LoadTimes} */
export function loadTimes(name) {
  return {
    limit: LIMIT,
    whole: wholeStarts(name, PROCESSES),
    within: fromWithin(name, PROCESSES),
  }
}

/** @param {string} name @returns {Start[]} */
function starts(name) {
  return [
    { what: `require('${name}')`, flags: CJS, code: `require('${name}')` },
    { what: `import '${name}'`, flags: ESM, code: `import '${name}'` },
    {
      what: "require('node:http') alone",
      flags: CJS,
      code: "require('node:http')",
      reference: true,
    },
    { what: "import 'node:http' alone", flags: ESM, code: "import 'node:http'", reference: true },
  ]
}

/**
 * Each start is paired with an empty one of the same module kind, one right after the other and in
 * changing order; the figure is the median of the differences.
 *
 * @param {string} name
 * @param {number} pairs
 * @returns {Load[]}
 */
function wholeStarts(name, pairs) {
  return starts(name).map(({ what, flags, code, reference = false }) => {
    const differences = Array.from({ length: pairs }, (_, i) => {
      if (i % 2 === 0) return -timedStart(flags, '') + timedStart(flags, code)
      return timedStart(flags, code) - timedStart(flags, '')
    })
    return { what, ms: median(differences), reference }
  })
}

/**
 * The same from within: performance.now() on both sides, in a fresh process each time; with node:http
 * loaded before as well, since any app that listens has loaded it.
 *
 * @param {string} name
 * @param {number} times
 * @returns {Load[]}
 */
function fromWithin(name, times) {
  const http = "process.getBuiltinModule('node:http');"
  return [
    { what: `require('${name}')`, flags: CJS, code: clocked(`require('${name}')`) },
    { what: `import('${name}')`, flags: ESM, code: clocked(`await import('${name}')`) },
    { what: 'require, node:http there', flags: CJS, code: http + clocked(`require('${name}')`) },
    {
      what: 'import, node:http there',
      flags: ESM,
      code: http + clocked(`await import('${name}')`),
    },
  ].map(({ what, flags, code }) => {
    const figures = Array.from({ length: times }, () => Number(run(flags, code)))
    return { what, ms: median(figures), reference: true }
  })
}

/** @param {string} statement */
function clocked(statement) {
  return `const start = performance.now(); ${statement}; const end = performance.now(); process.stdout.write(String(end - start))`
}

/** @param {string[]} flags @param {string} code */
function timedStart(flags, code) {
  const start = process.hrtime.bigint()
  run(flags, code)
  return Number(process.hrtime.bigint() - start) / 1e6
}

/** @param {string[]} flags @param {string} code */
function run(flags, code) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, code], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`node ${flags.join(' ')} "${code}" failed:\n${stderr}`)
  return stdout
}
