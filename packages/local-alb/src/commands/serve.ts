import { relative } from 'node:path'
import { type Alb, createAlb } from '../alb.js'
import type { BundledFunction } from '../bundle/bundled-function.js'
import { createInspector, type Inspector } from '../inspector/inspector.js'
import { createCertificate } from '../listener/self-signed.js'
import type { LoadBalancerDefinition } from '../rules/definition.js'
import type { InitialisationError } from '../targets/lambda-function.js'
import { openAccessLog } from './access-log-file.js'
import { deployFunctions } from './deploy-functions.js'
import { describe } from './describe.js'
import { readEnvironmentFiles } from './environment-files.js'
import { firstScreen, targetFacts } from './first-screen.js'
import { ownFrames, toLogLines } from './function-log.js'
import { listen, listenBeside } from './listen.js'
import { painter, printable } from './paint.js'
import { humanLog, jsonLog } from './request-lines.js'
import type { Served, ServeOptions, ServeOutput } from './serve-options.js'

const DEFAULT_PORT = 8080

/**
 * What the command `local-alb` does: a load balancer in front of a target or of all that a configuration file says, an
 * inspector beside it, and a line for each request.
 *
 * @throws {CommandError | TypeError} saying what to do, when the user can mend it; then nothing is left behind
 */
export async function serve(options: ServeOptions, output: ServeOutput): Promise<Served> {
  const described = await describe(options)
  const { port = DEFAULT_PORT, host = '127.0.0.1' } = options
  const { definition, functions } = deployFunctions(described.definition, {
    handler: options.handler,
    timeoutSeconds: options.timeout,
    memoryMb: options.memory,
    concurrency: options.concurrency,
    env: await readEnvironmentFiles(options.envFile ?? []),
    watch: options.watch ?? false,
    note: output.note,
  })
  const closers: (() => Promise<unknown>)[] = []
  let isClosing = false
  const close = async (): Promise<void> => {
    isClosing = true
    // One after the other: what the load balancer ends still stands in the access log.
    for (const closer of closers) await closer()
    await Promise.all(functions.map((fn) => fn.close()))
  }
  try {
    const alb = createAlb(definition, {
      ...described.attributes,
      ...(options.https === true && {
        tls: await createCertificate(host === '0.0.0.0' || host === '::' ? [] : [host]),
      }),
    })
    closers.push(() => alb[Symbol.asyncDispose]())
    report(alb, definition, options, output)
    if (options.accessLog !== undefined) {
      const file = await openAccessLog(options.accessLog, alb, described.attributes)
      closers.push(() => file.close())
    }
    await listen(alb, port, host)
    const inspector = options.inspector === false ? undefined : inspect(alb, definition)
    if (inspector !== undefined) {
      closers.push(() => inspector.close())
      await listenBeside(inspector, alb, { port, inspectorPort: options.inspectorPort })
    }
    const { warnings } = described
    const { color } = output
    const screen = firstScreen({ alb, inspector, definition, options, warnings, color })
    void initialise(functions, (fn, problem) => {
      if (!isClosing) output.note(toProblem(fn.label, problem, color))
    })
    return { alb, inspector, screen, close }
  } catch (error) {
    await close()
    throw error
  }
}

function report(
  alb: Alb,
  definition: LoadBalancerDefinition,
  { json }: ServeOptions,
  { line, note, color, width }: ServeOutput,
): void {
  const log =
    json === true
      ? jsonLog(line)
      : humanLog(line, { color, width, routingWidth: toRoutingWidth(definition) })
  alb.on('exchange', (exchange) => {
    log.exchange(exchange)
  })
  alb.on('health', (group, { target, state, description }) => {
    note(`${group}: ${target} is ${state}${description === undefined ? '' : `: ${description}`}`)
  })
}

/** For the longest of what may stand there; `undefined` where it would always be the same. */
function toRoutingWidth({ targetGroups, rules }: LoadBalancerDefinition): number | undefined {
  if (targetGroups.length === 1 && rules.length === 1) return undefined
  const actions = rules.map(({ action }) => action.type).filter((type) => type !== 'forward')
  return Math.max(
    ...[...targetGroups.map(({ name }) => name), ...actions].map(({ length }) => length),
  )
}

function inspect(alb: Alb, definition: LoadBalancerDefinition): Inspector {
  const facts = targetFacts(definition)
  return createInspector(alb, {
    title: facts.map(([, target]) => target).join(', '),
    summary: () => ({ url: alb.url, facts }),
  })
}

/** Lambda's words, where in the function's own sources it happened, and what it wrote. */
function toProblem(file: string, error: InitialisationError, color: boolean): string {
  const paint = painter(color)
  const { errorType, errorMessage, trace = [], logs = [] } = error
  const frames = ownFrames(trace).filter((line) => /^\s+at /.test(line))
  const name = relative(process.cwd(), file)
  return [
    '',
    paint('red', `${name} does not start (${errorType}):`),
    ...[...errorMessage.split('\n'), ...frames].map((line) => `  ${printable(line)}`),
    ...toLogLines(logs, paint).map((line) => `  ${line}`),
    '',
  ].join('\n')
}

/** Finds out at once what is wrong with a function, instead of at the first request. */
async function initialise(
  functions: readonly BundledFunction[],
  onProblem: (fn: BundledFunction, problem: InitialisationError) => void,
): Promise<void> {
  await Promise.all(
    functions.map(async (fn) => {
      const problem = await fn.initialise()
      if (problem !== undefined) onProblem(fn, problem)
    }),
  )
}
