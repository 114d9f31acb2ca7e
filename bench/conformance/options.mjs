// The command line.
import { parseArgs } from 'node:util'
import { OWN, PEERS } from './adapters.mjs'
import { checksOf, sections } from './vectors/index.mjs'

const HELP = `npm run conformance -- [options]

  --peers           the public adapters too: ${Object.keys(PEERS).join(', ')}
  --adapter <file>  your adapter instead of ours: a module that exports create(listener) and returns the
                    handler; or the name of a peer. May be given several times
  --mode <mode>     single or multi (both)
  --only <name>     one section (${sections.map(({ name }) => name).join(', ')})
                    or one vector by its id
  --verbose         for each failing vector what was expected and what came
  --list            print the vectors and run nothing
  --json <file>     write every verdict there
  --write <file>    put matrix and vectors between two comments of a Markdown file, as docs/conformance.md
  --write-matrix <file>  put the matrix there alone, for a further version of Node
`

/** @param {string[]} args */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      peers: { type: 'boolean', default: false },
      adapter: { type: 'string', multiple: true, default: [] },
      mode: { type: 'string' },
      only: { type: 'string' },
      verbose: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      json: { type: 'string' },
      write: { type: 'string' },
      'write-matrix': { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    process.exit(0)
  }
  const { mode, only, adapter, peers } = values
  if (mode !== undefined && mode !== 'single' && mode !== 'multi') {
    throw new Error(`--mode: "${mode}" is not single or multi`)
  }
  const checks = checksOf({ mode, only })
  if (checks.length === 0) {
    const names = sections.map(({ name }) => name).join(', ')
    throw new Error(
      `--only: no vector or section "${only}" in ${mode ?? 'either'} mode; sections are ${names}; --list shows the vectors`,
    )
  }
  const adapters = [...(adapter.length > 0 ? adapter : [OWN]), ...(peers ? Object.keys(PEERS) : [])]
  return { ...values, checks, adapters: [...new Set(adapters)] }
}
