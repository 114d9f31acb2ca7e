// The command line.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { ADAPTER_OPTIONS } from './settings.mjs'
import { SUITES } from './suites.mjs'

export const HELP = `npm run compat -- --suite <name> --from <clone> [options]
npm run compat -- --all <folder> [options]
npm run compat -- --table <figures.json,...> --write <page.md>

Runs a package's own tests, unchanged, in five ways: plain; behind local-alb through express-alb, in single-value and in
multi-value mode; and in both modes with a reference in express-alb's place, which plays each event to a real
http.Server. Exit code 1 when the reference passes a test, twice, and express-alb does not.

  --suite name      ${inLines(SUITES.map(({ name }) => name))}
  --from folder     a clone of it with its dependencies installed; --suite and --from may come several times
  --all folder      all suites among the folders in it
  --mode            single, multi or both (default)
  --grep pattern    only tests whose name matches
  --kind            with local-alb's switches for disputed facts set as a test suite wants them
                    (docs/compatibility.md, "kind settings")
  --plain           also list the tests that pass plain and not with the reference
  --retries n       how often a difference is tried again before it counts (1); 0: not at all, nor in the reference
  --node path       another Node's executable for the tests
  --limit seconds   for one run, then it is ended (1200)
  --adapter file    another adapter in express-alb's place, a module that exports createHandler
  --adapter-options json
                    its options (${ADAPTER_OPTIONS}: the address that
                    the reference's connections come from as well)
  --json file       write counts and differences there, after each suite
  --write page      put the tables into a page, between its compat comments
  --table files     make the tables from earlier --json files, and run nothing
  -h, --help

Files are looked for from the folder you are in.
`

const DEFAULTS = { mode: 'both', retries: '1', limit: '1200' }

/**
 * @param {readonly string[]} args
 */
export function readOptions(args) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      suite: { type: 'string', multiple: true, default: [] },
      from: { type: 'string', multiple: true, default: [] },
      all: { type: 'string' },
      mode: { type: 'string', default: DEFAULTS.mode },
      grep: { type: 'string' },
      kind: { type: 'boolean', default: false },
      plain: { type: 'boolean', default: false },
      retries: { type: 'string', default: DEFAULTS.retries },
      node: { type: 'string', default: process.execPath },
      limit: { type: 'string', default: DEFAULTS.limit },
      adapter: { type: 'string' },
      'adapter-options': { type: 'string', default: ADAPTER_OPTIONS },
      json: { type: 'string' },
      write: { type: 'string' },
      table: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  return {
    help: values.help,
    clones: pairs(values.suite, values.from),
    all: values.all && resolve(values.all),
    modes: modes(values.mode),
    grep: pattern(values.grep),
    kind: values.kind,
    plain: values.plain,
    retries: whole('retries', values.retries, 0),
    node: existing('node', values.node),
    limitSeconds: whole('limit', values.limit, 1),
    adapter: values.adapter && pathToFileURL(existing('adapter', values.adapter)).href,
    adapterOptions: json('adapter-options', values['adapter-options']),
    json: values.json,
    write: values.write && existing('write', values.write),
    table: values.table?.split(',').map((file) => existing('table', file)),
  }
}

/** The first --from is for the first --suite, and so on. @param {readonly string[]} suites @param {readonly string[]} folders */
function pairs(suites, folders) {
  if (suites.length !== folders.length) {
    throw new Error(
      `There are ${suites.length} --suite and ${folders.length} --from; each suite needs its folder: --suite express --from ../express`,
    )
  }
  return suites.map((name, at) => ({ name, folder: resolve(folders[at] ?? '') }))
}

/** @param {string} mode @returns {import('./settings.mjs').Mode[]} */
function modes(mode) {
  if (mode === 'both') return ['single', 'multi']
  if (mode === 'single' || mode === 'multi') return [mode]
  throw new Error(`--mode: "${mode}" is not single, multi or both`)
}

/** @param {string | undefined} text */
function pattern(text) {
  try {
    return text && new RegExp(text).source
  } catch (error) {
    throw new Error(`--grep: ${error instanceof Error ? error.message : text}`, { cause: error })
  }
}

/** @param {string} option @param {string} value @param {number} least */
function whole(option, value, least) {
  const number = Number(value)
  if (value.trim() !== '' && Number.isSafeInteger(number) && number >= least) return number
  throw new Error(`--${option}: "${value}" is not a whole number of at least ${least}`)
}

/** @param {string} option @param {string} file */
function existing(option, file) {
  const path = resolve(file)
  if (existsSync(path)) return path
  throw new Error(`--${option}: there is no ${path}`)
}

/** @param {string} option @param {string} text */
function json(option, text) {
  try {
    JSON.parse(text)
    return text
  } catch (error) {
    throw new Error(`--${option}: ${JSON.stringify(text)} is not JSON`, { cause: error })
  }
}

/** As many in a line as fit below the others. @param {readonly string[]} names */
function inLines(names) {
  const lines = ['']
  for (const [at, name] of names.entries()) {
    const piece = at === names.length - 1 ? name : `${name}, `
    if (`${lines.at(-1)}${piece}`.length > 100) lines.push('')
    lines[lines.length - 1] += piece
  }
  return lines.map((line) => line.trimEnd()).join(`\n${' '.repeat(20)}`)
}
