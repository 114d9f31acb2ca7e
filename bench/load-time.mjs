// What loading the built package adds to Node's start, in processes that do nothing else: a main file that loads it
// against one that does not, from a folder in which the package lies as npm would have put it.
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { median, quantile } from './stats.mjs'

/** Milliseconds a start may take longer. */
export const LIMIT = 3

/**
 * @typedef {{ what: string, ms: number, range: [number, number], reference: boolean }} Load `range`: the
 * quartiles.
 * @typedef {{ limit: number, whole: Load[], within: Load[] }} LoadTimes
 * @typedef {'cjs' | 'mjs'} Kind
 * @typedef {{ what: string, kind: Kind, module: string, reference?: boolean, after?: string }} Start `after`: what is
 * loaded before, with both the start and the one it is compared with.
 */

/** Pairs of processes for each figure of a whole start: one differs from the next by more than is looked for. */
const PAIRS = 61
/** Processes for each figure from within, which hardly differ. */
const PROCESSES = 31

const EMPTY = 'empty-package'
/** Has loaded what Node needs for packages with `exports`, which many of its dependencies have. */
const EXPRESS = 'express'
const FOLDER = fileURLToPath(new URL('node_modules/', import.meta.url))

/** @param {string} name @returns {LoadTimes} */
export function loadTimes(name) {
  const folder = mkdtempSync(join(tmpdir(), 'express-alb-load-'))
  try {
    install(folder, name)
    return { limit: LIMIT, whole: wholeStarts(folder, name), within: fromWithin(folder, name) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * The package as it is published, and one with the same package.json and nothing in its files: what Node itself takes
 * for finding and opening any package with `exports`.
 *
 * @param {string} folder
 * @param {string} name
 */
function install(folder, name) {
  const packed = join(folder, 'node_modules', name)
  const empty = join(folder, 'node_modules', EMPTY)
  for (const part of ['package.json', 'dist']) {
    cpSync(join(FOLDER, name, part), join(packed, part), { recursive: true, dereference: true })
  }
  symlinkSync(
    realpathSync(join(FOLDER, EXPRESS)),
    join(folder, 'node_modules', EXPRESS),
    'junction',
  )
  const manifest = JSON.parse(readFileSync(join(packed, 'package.json'), 'utf8'))
  for (const format of ['cjs', 'esm']) {
    mkdirSync(join(empty, 'dist', format), { recursive: true })
    writeFileSync(join(empty, 'dist', format, 'index.js'), '')
  }
  cpSync(join(packed, 'dist/cjs/package.json'), join(empty, 'dist/cjs/package.json'))
  writeFileSync(join(empty, 'package.json'), JSON.stringify({ ...manifest, name: EMPTY }))
}

/** @param {string} name @param {'cjs' | 'esm'} format */
function byPath(name, format) {
  return `./node_modules/${name}/dist/${format}/index.js`
}

/** @param {string} name @returns {Start[]} */
function starts(name) {
  return [
    { what: `require('${name}')`, kind: 'cjs', module: name },
    { what: `import '${name}'`, kind: 'mjs', module: name },
    // As in a service.
    { what: `require('${name}') after Express`, kind: 'cjs', module: name, after: EXPRESS },
    { what: `import '${name}' after Express`, kind: 'mjs', module: name, after: EXPRESS },
    // Without the search for it, which is Node's.
    { what: 'the built file by its path, require', kind: 'cjs', module: byPath(name, 'cjs') },
    { what: 'the built file by its path, import', kind: 'mjs', module: byPath(name, 'esm') },
    { what: 'require of an empty package', kind: 'cjs', module: EMPTY, reference: true },
    { what: 'import of an empty package', kind: 'mjs', module: EMPTY, reference: true },
    { what: "require('node:http') alone", kind: 'cjs', module: 'node:http', reference: true },
    { what: "import 'node:http' alone", kind: 'mjs', module: 'node:http', reference: true },
  ]
}

/**
 * Each start is paired with an empty one of the same kind, one right after the other and in changing order; the figure
 * is the median of the differences. All figures take turns, so that the machine's drift hits all alike.
 *
 * @param {string} folder
 * @param {string} name
 * @returns {Load[]}
 */
function wholeStarts(folder, name) {
  const measured = starts(name).map((start, i) => ({
    ...start,
    without: mainFile(folder, `without-${i}.${start.kind}`, before(start)),
    with: mainFile(folder, `with-${i}.${start.kind}`, before(start) + loading(start)),
    /** @type {number[]} */
    differences: [],
  }))
  for (let pair = 0; pair < PAIRS; pair++) {
    for (const start of measured) {
      const difference =
        pair % 2 === 0
          ? -timedStart(start.without) + timedStart(start.with)
          : timedStart(start.with) - timedStart(start.without)
      start.differences.push(difference)
    }
  }
  return measured.map(({ what, reference = false, differences }) =>
    summary(what, reference, differences),
  )
}

/**
 * The same from within: performance.now() on both sides, in a fresh process each time. It leaves out what Node does
 * before and after, and so tells small differences apart.
 *
 * @param {string} folder
 * @param {string} name
 * @returns {Load[]}
 */
function fromWithin(folder, name) {
  return starts(name).map((start, i) => {
    const code = `${before(start)}const { stdout } = process
const before = performance.now()
${start.kind === 'cjs' ? loading(start) : `await import('${start.module}')`}
stdout.write(String(performance.now() - before))`
    const file = mainFile(folder, `within-${i}.${start.kind}`, code)
    const figures = Array.from({ length: PROCESSES }, () => Number(run(file)))
    return summary(start.what, true, figures)
  })
}

/** @param {Start} start */
function loading({ kind, module }) {
  return kind === 'cjs' ? `require('${module}')` : `import '${module}'`
}

/** @param {Start} start */
function before({ kind, after }) {
  return after === undefined ? '' : `${loading({ what: '', kind, module: after })}\n`
}

/** @param {string} folder @param {string} file @param {string} code */
function mainFile(folder, file, code) {
  writeFileSync(join(folder, file), code)
  return join(folder, file)
}

/** @param {string} what @param {boolean} reference @param {number[]} figures @returns {Load} */
function summary(what, reference, figures) {
  return {
    what,
    ms: median(figures),
    range: [quantile(figures, 0.25), quantile(figures, 0.75)],
    reference,
  }
}

/** @param {string} file */
function timedStart(file) {
  const start = process.hrtime.bigint()
  run(file)
  return Number(process.hrtime.bigint() - start) / 1e6
}

/** @param {string} file */
function run(file) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`node ${file} failed:\n${stderr}`)
  return stdout
}
