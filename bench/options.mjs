// The command line.
import { parseArgs } from 'node:util'
import { ALL, parseName } from './adapters/index.mjs'
import { workloads } from './workloads.mjs'

export const LOAD = 'load'

const HELP = `node run.mjs [options]

  --workloads a,b   ${workloads.map(({ name }) => name).join(', ')}, ${LOAD}
                    (all but the extra ones: ${extras().join(', ')})
  --adapters x,y    ${ALL.join(', ')} (all);
                    express-alb@<file> measures another build beside ours
  --mode            multi (default), single or both
  --seconds n       measured per workload, all adapters together (15)
  --rounds n        batches per adapter and process, instead of --seconds
  --processes n     repetitions in fresh processes (5)
  --warmup n        seconds per adapter and process (1)
  --clock           wall (default), or cpu: the process's CPU time, for a machine that is busy otherwise
  --stringify       count JSON.stringify of the result, for all
  --json file       write the figures there as well
`

/** @param {string[]} args */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      workloads: { type: 'string' },
      adapters: { type: 'string' },
      mode: { type: 'string', default: 'multi' },
      seconds: { type: 'string', default: '15' },
      rounds: { type: 'string' },
      processes: { type: 'string', default: '5' },
      warmup: { type: 'string', default: '1' },
      clock: { type: 'string', default: 'wall' },
      stringify: { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    process.exit(0)
  }
  return {
    workloads: chosen(
      'workload',
      values.workloads,
      [...names(), LOAD],
      [...names(), ...extras(), LOAD],
    ),
    adapters: chosen('adapter', values.adapters, ALL, ALL),
    modes: modes(values.mode),
    seconds: positive('seconds', values.seconds),
    ...(values.rounds !== undefined && { rounds: positive('rounds', values.rounds) }),
    processes: Math.ceil(positive('processes', values.processes)),
    warmUp: positive('warmup', values.warmup),
    clock: clock(values.clock),
    stringify: values.stringify,
    json: values.json,
  }
}

/** @param {string} what @param {string | undefined} list @param {string[]} usual @param {string[]} known */
function chosen(what, list, usual, known) {
  if (list === undefined) return usual
  const wanted = list.split(',').filter((name) => name !== '')
  for (const name of wanted) {
    const { base, entry } = parseName(name)
    if (!known.includes(base) || (entry !== undefined && base !== 'express-alb')) {
      throw new Error(`--${what}s: no ${what} "${name}"; there are ${known.join(', ')}`)
    }
  }
  return wanted
}

/** @param {string} mode @returns {import('./event.mjs').Mode[]} */
function modes(mode) {
  if (mode === 'both') return ['multi', 'single']
  if (mode === 'multi' || mode === 'single') return [mode]
  throw new Error(`--mode: "${mode}" is not multi, single or both`)
}

/** @param {string} name @returns {import('./worker.mjs').Clock} */
function clock(name) {
  if (name === 'wall' || name === 'cpu') return name
  throw new Error(`--clock: "${name}" is not wall or cpu`)
}

/** @param {string} option @param {string} value */
function positive(option, value) {
  const number = Number(value)
  if (number > 0 && Number.isFinite(number)) return number
  throw new Error(`--${option}: "${value}" is not a number above 0`)
}

function names() {
  return workloads.filter(({ kind }) => kind !== 'extra').map(({ name }) => name)
}

function extras() {
  return workloads.filter(({ kind }) => kind === 'extra').map(({ name }) => name)
}
