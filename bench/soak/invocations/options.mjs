// The command line.
import { parseArgs } from 'node:util'
import { PLANTS } from './plants.mjs'

const HELP = `node soak/invocations/run.mjs [options]

  --invocations n   how many (1000000; 2000 or more)
  --seed n          of kinds, order and contents (20261122)
  --overlap n       under way at once (100)
  --plant fault     put in a fault that must be seen: ${Object.keys(PLANTS).join(', ')}
`

/** The options; without them the process has ended, with the reason. @param {string[]} args */
export function readOptions(args) {
  try {
    return parse(args)
  } catch (error) {
    console.error(/** @type {Error} */ (error).message)
    return process.exit(2)
  }
}

/** @param {string[]} args */
function parse(args) {
  const { values } = parseArgs({
    args,
    options: {
      invocations: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: '20261122' },
      overlap: { type: 'string', default: '100' },
      plant: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    process.exit(0)
  }
  const { plant } = values
  if (plant !== undefined && !Object.hasOwn(PLANTS, plant)) {
    throw new Error(`--plant: no fault "${plant}"; there are ${Object.keys(PLANTS).join(', ')}`)
  }
  return {
    invocations: whole('invocations', values.invocations, 2000),
    seed: whole('seed', values.seed, 0),
    overlap: whole('overlap', values.overlap, 1),
    plant,
  }
}

/** @param {string} option @param {string} value @param {number} least */
function whole(option, value, least) {
  const number = Number(value)
  if (value.trim() !== '' && Number.isSafeInteger(number) && number >= least) return number
  throw new Error(`--${option}: "${value}" is not a whole number of ${least} or more`)
}
