// The command line.
import { parseArgs } from 'node:util'
import { ALL, parseName } from './adapters/index.mjs'
import { readNodes } from './nodes.mjs'
import { ALL_PARTS, EXTRA_PARTS, GROUPS, USUAL_PARTS } from './parts.mjs'

const HELP = `npm run bench -- [options]

  --workloads a,b   ${USUAL_PARTS.join(', ')} (all of these)
                    ${EXTRA_PARTS.join(', ')} (only when named)
${Object.entries(GROUPS)
  .map(([name, { what }]) => `                    ${name}: ${what}`)
  .join('\n')}
                    all: everything
  --adapters x,y    ${ALL.join(', ')} (all);
                    express-alb@<file> measures another build beside ours
  --nodes 20,22,24  the same on each of these Nodes, by major or whole version, then a summary (the one that runs this)
  --mode            multi (default), single or both
  --seconds n       measured per workload, all adapters together (15); a fifth of it per step of a curve
  --rounds n        batches per adapter and process, instead of --seconds
  --processes n     repetitions in fresh processes (5); of curves two at the most
  --warmup n        seconds per adapter and process at the least (5)
  --singles n       invocations timed singly per adapter and process, for p99 (1000)
  --starts n        cold starts per adapter and format (20)
  --clock           wall (default), or cpu: the process's CPU time, for a machine that is busy otherwise
  --stringify       count JSON.stringify of the result, for all
  --json file       write the figures there as well
  --write file      put the tables into this Markdown file, between <!-- bench --> and <!-- /bench -->
`

/** @typedef {ReturnType<typeof readOptions>} Options */

/** @param {string[]} args @throws {Error} naming the option, its value, and what it may be */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      workloads: { type: 'string' },
      adapters: { type: 'string' },
      nodes: { type: 'string' },
      mode: { type: 'string', default: 'multi' },
      seconds: { type: 'string', default: '15' },
      rounds: { type: 'string' },
      processes: { type: 'string', default: '5' },
      warmup: { type: 'string', default: '5' },
      singles: { type: 'string', default: '1000' },
      starts: { type: 'string', default: '20' },
      clock: { type: 'string', default: 'wall' },
      stringify: { type: 'boolean', default: false },
      json: { type: 'string' },
      write: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  return {
    help: values.help ? HELP : undefined,
    workloads: workloads(values.workloads),
    adapters: adapters(values.adapters),
    nodes: values.nodes === undefined ? [] : readNodes(values.nodes),
    modes: modes(values.mode),
    seconds: positive('seconds', values.seconds),
    ...(values.rounds !== undefined && { rounds: positive('rounds', values.rounds) }),
    processes: Math.ceil(positive('processes', values.processes)),
    warmUp: positive('warmup', values.warmup),
    singles: Math.ceil(positive('singles', values.singles)),
    starts: Math.ceil(positive('starts', values.starts)),
    clock: clock(values.clock),
    stringify: values.stringify,
    json: values.json,
    write: values.write,
  }
}

/** @param {string | undefined} list */
function workloads(list) {
  if (list === undefined) return USUAL_PARTS
  const wanted = names(list)
  if (wanted.includes('all')) return ALL_PARTS
  for (const name of wanted) {
    if (!ALL_PARTS.includes(name) && !(name in GROUPS)) {
      const known = [...ALL_PARTS, ...Object.keys(GROUPS), 'all']
      throw new Error(
        `--workloads: no workload "${name}"; there are ${[...new Set(known)].join(', ')}`,
      )
    }
  }
  return wanted.flatMap((name) => GROUPS[name]?.parts ?? name)
}

/** @param {string | undefined} list */
function adapters(list) {
  if (list === undefined) return ALL
  const wanted = names(list)
  for (const name of wanted) {
    const { base, entry } = parseName(name)
    if (!ALL.includes(base) || (entry !== undefined && base !== 'express-alb')) {
      throw new Error(`--adapters: no adapter "${name}"; there are ${ALL.join(', ')}`)
    }
  }
  return wanted
}

/** @param {string} list */
function names(list) {
  return list.split(',').filter((name) => name !== '')
}

/** @param {string} mode @returns {import('./event.mjs').Mode[]} */
function modes(mode) {
  if (mode === 'both') return ['multi', 'single']
  if (mode === 'multi' || mode === 'single') return [mode]
  throw new Error(`--mode: "${mode}" is not multi, single or both`)
}

/** @param {string} name @returns {import('./clock.mjs').Clock} */
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
