import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { FunctionSettings } from './options.js'

/** A Node.js binary and what we must know of it to start it as Lambda does. */
export interface NodeBinary {
  readonly path: string
  readonly version: string
  readonly major: number
  /** Flags that switch off what Lambda switches off in this version. */
  readonly disabling: readonly string[]
}

// Lambda guide, "Building Lambda functions with Node.js": the experimental features that Lambda disables, by major
// version, unless NODE_OPTIONS enables them.
const DISABLED: Readonly<Record<number, readonly string[]>> = {
  20: ['experimental-require-module'],
  22: ['experimental-require-module', 'experimental-detect-module'],
}

// Earlier releases of a major version stop at a flag that came later.
const QUESTION = `JSON.stringify({
  version: process.versions.node,
  known: ['experimental-require-module', 'experimental-detect-module']
    .filter((name) => process.allowedNodeEnvironmentFlags.has('--' + name)),
})`

const answers = new Map<string, Promise<NodeBinary>>()

/** @throws when the binary cannot be started */
export async function describeNode(path: string): Promise<NodeBinary> {
  let answer = answers.get(path)
  if (answer === undefined) {
    answer = ask(path)
    answers.set(path, answer)
    // It may be there the next time.
    answer.catch(() => answers.delete(path))
  }
  return answer
}

async function ask(path: string): Promise<NodeBinary> {
  const { version, known } = path === process.execPath ? ourselves() : await askBinary(path)
  const major = Number.parseInt(version, 10)
  const disabling = (DISABLED[major] ?? []).filter((name) => known.includes(name))
  return { path, version, major, disabling }
}

interface Answer {
  readonly version: string
  readonly known: readonly string[]
}

function ourselves(): Answer {
  const known = Object.values(DISABLED)
    .flat()
    .filter((name) => process.allowedNodeEnvironmentFlags.has(`--${name}`))
  return { version: process.versions.node, known }
}

async function askBinary(path: string): Promise<Answer> {
  try {
    const { stdout } = await promisify(execFile)(path, ['-p', QUESTION], { env: {} })
    // Our own question's answer.
    return JSON.parse(stdout) as Answer
  } catch (cause) {
    throw new Error(`nodePath is '${path}', which cannot be run as Node.js.`, { cause })
  }
}

/** Node's flags for one start, as Lambda's bootstrap sets them. */
export function nodeFlags(
  node: NodeBinary,
  { memoryMb, env }: Pick<FunctionSettings, 'memoryMb' | 'env'>,
): string[] {
  // Nine tenths of the memory for the old generation, one for the young.
  const young = Math.floor(memoryMb / 10)
  // Lambda takes a flag back when its opposite stands in the function's NODE_OPTIONS.
  const chosen = new Set(env['NODE_OPTIONS']?.split(/\s+/))
  const disabling = node.disabling.filter((name) => !chosen.has(`--${name}`))
  return [
    '--expose-gc',
    '--max-http-header-size=81920',
    `--max-semi-space-size=${Math.floor(young / 2)}`,
    `--max-old-space-size=${memoryMb - young}`,
    ...disabling.map((name) => `--no-${name}`),
  ]
}
