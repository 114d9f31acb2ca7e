// The command line.
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { PLANTS } from './plants.mjs'

/**
 * @typedef {object} Options
 * @property {number} minutes
 * @property {number} seed
 * @property {number} workers
 * @property {readonly ('5' | '4' | 'none')[]} majors
 * @property {number | undefined} case only this one
 * @property {boolean} keepGoing
 * @property {string | undefined} plant
 * @property {string | undefined} adapter file of another adapter
 */

const HELP = `npm run fuzz -- [options]

  --minutes n        how long (1); fractions are fine
  --seed n           which cases; the same seed gives the same (random)
  --case k           only the case of this number, for example to see a difference again
  --workers n        processes (2)
  --express 5,4,none what the apps are made with (all three); none is a plain listener
  --keep-going       do not stop at the first difference, and count their kinds
  --plant name       put a fault into the adapter, to see it found:
${Object.keys(PLANTS)
  .map((name) => `                       ${name}`)
  .join('\n')}
  --adapter file     another adapter: a module with a createHandler of the same form
`

/**
 * @param {readonly string[]} args
 * @returns {Options}
 * @throws {Error} naming the option, its value and what it may be
 */
export function readOptions(args) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '1' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      case: { type: 'string' },
      workers: { type: 'string', default: '2' },
      express: { type: 'string', default: '5,4,none' },
      'keep-going': { type: 'boolean', default: false },
      plant: { type: 'string' },
      adapter: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    process.exit(0)
  }
  const { plant } = values
  if (plant !== undefined && !Object.hasOwn(PLANTS, plant)) {
    throw new Error(`--plant: "${plant}" is none of ${Object.keys(PLANTS).join(', ')}`)
  }
  return {
    minutes: numberFrom('minutes', values.minutes, 0),
    seed: wholeFrom('seed', values.seed, 0),
    workers: wholeFrom('workers', values.workers, 1),
    case: values.case === undefined ? undefined : wholeFrom('case', values.case, 0),
    majors: values.express.split(',').map((name) => {
      if (name === '5' || name === '4' || name === 'none') return name
      throw new Error(`--express: "${name}" is not 5, 4 or none`)
    }),
    keepGoing: values['keep-going'],
    plant,
    adapter: values.adapter === undefined ? undefined : resolve(values.adapter),
  }
}

/** @param {string} name @param {string} text @param {number} least */
function numberFrom(name, text, least) {
  const number = Number(text)
  if (text.trim() !== '' && number >= least && Number.isFinite(number)) return number
  throw new Error(`--${name}: "${text}" is not a number from ${least}`)
}

/** @param {string} name @param {string} text @param {number} least */
function wholeFrom(name, text, least) {
  const number = numberFrom(name, text, least)
  if (Number.isSafeInteger(number)) return number
  throw new Error(`--${name}: "${text}" is not a whole number`)
}
