import { accessSync, constants, statSync, writeFileSync } from 'node:fs'
import { dirname, resolve as resolvePath } from 'node:path'
import { type Comparison, verdictOf } from '../parity/comparison.js'
import { Mirror } from '../parity/mirror.js'
import { Outcome } from '../parity/outcome.js'
import type { Plan } from '../parity/plan.js'
import { Progress } from '../parity/progress.js'
import { toHtmlReport } from '../parity/report/html-report.js'
import { type ReportFacts, toJsonReport } from '../parity/report/json-report.js'
import type { ParityRequest } from '../parity/request.js'
import { run } from '../parity/run.js'
import { UnreachableError } from '../parity/sender.js'
import type { Sides } from '../parity/side.js'
import { CommandError } from './command-error.js'
import type { ParityOptions, ParityOutput } from './parity-options.js'
import { toPlan } from './parity-plan.js'
import { chooseRequests, type Chosen } from './parity-requests.js'
import { openSides } from './parity-sides.js'
import { toTable } from './parity-table.js'

/** 0: all the same; 1: something differs; 2: it could not be found out. */
export type ParityExitCode = 0 | 1 | 2

/**
 * What the command `local-alb parity` does: the same requests to two sides, and what differs in the answers.
 *
 * @param signal ends it early, with a report of what was compared
 * @throws {CommandError | ParityError | TypeError} for options and files that make no sense
 */
export async function parity(
  options: ParityOptions,
  output: ParityOutput,
  signal: AbortSignal,
): Promise<ParityExitCode> {
  const isMirror = options.mirror === true
  if (isMirror === (options.from !== undefined)) {
    throw new CommandError(
      isMirror
        ? '--mirror takes live traffic and --from recorded requests; give one of them'
        : 'Give requests: --from <HAR file, access log or list>, or --mirror for live traffic. More: local-alb parity --help',
    )
  }
  if (options.html !== undefined) checkWritable(options.html)
  const plan = toPlan(options)
  const chosen = isMirror ? undefined : chooseRequests(options)
  const opened = await openSides(options, (text) => output.beside.write(`${text}\n`))
  const { sides } = opened
  const outcome = new Outcome({ bodies: options.html !== undefined, folds: options.all === true })
  const startedAt = new Date()
  const leftOut = new Map(chosen?.leftOut)
  const session = { sides, plan, outcome, output, leftOut, signal }
  let problem: string | undefined
  try {
    problem =
      chosen === undefined
        ? await mirrorTraffic(session, options)
        : await sendRequests(session, chosen)
  } finally {
    await opened.close()
  }
  const facts: ReportFacts = {
    left: sides.left.label,
    right: sides.right.label,
    from: options.from?.join(', ') ?? 'live traffic',
    startedAt,
    leftOut,
    problem,
  }
  report(outcome, facts, options, output)
  if (problem !== undefined || outcome.unanswered > 0) return 2
  return outcome.different > 0 ? 1 : 0
}

interface Session {
  readonly sides: Sides
  readonly plan: Plan
  readonly outcome: Outcome
  readonly output: ParityOutput
  readonly leftOut: Map<string, number>
  readonly signal: AbortSignal
}

/** @returns why not all was sent; nothing when it was */
async function sendRequests(
  { sides, plan, outcome, output, signal }: Session,
  { requests }: Chosen,
): Promise<string | undefined> {
  const progress = new Progress(output.beside, requests.length)
  try {
    await run(
      requests,
      sides,
      plan,
      (comparison) => {
        add(outcome, progress, comparison)
      },
      signal,
    )
  } catch (error) {
    return explain(error, outcome, requests)
  } finally {
    progress.clear()
  }
  return outcome.total < requests.length
    ? `Ended after ${outcome.total} of ${requests.length} requests`
    : undefined
}

function add(outcome: Outcome, progress: Progress, comparison: Comparison): void {
  outcome.add(comparison)
  progress.step(verdictOf(comparison) !== 'same')
}

function explain(error: unknown, outcome: Outcome, requests: readonly ParityRequest[]): string {
  if (!(error instanceof UnreachableError)) throw error
  if (outcome.total === 0) return [error.message, error.advice].filter(Boolean).join('. ')
  const last = requests[outcome.total]
  const where = last === undefined ? '' : `, at ${last.method} ${last.target} (${last.source})`
  const count = outcome.total === 1 ? '1 request' : `${outcome.total} requests`
  return `${error.message}: it stopped answering after ${count}${where}`
}

/** @returns why it ended, when not because it was to */
async function mirrorTraffic(
  { sides, plan, outcome, output, leftOut, signal }: Session,
  { port = 8080, listenHost = '127.0.0.1', limit }: ParityOptions,
): Promise<string | undefined> {
  const progress = new Progress(output.beside, limit)
  let problem: string | undefined
  const enough = new AbortController()
  const mirror = new Mirror(sides, plan, {
    compared: (comparison) => {
      add(outcome, progress, comparison)
      if (outcome.total >= (limit ?? Infinity)) enough.abort()
    },
    leftOut: (reason) => {
      leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1)
    },
    problem: (error) => {
      problem ??= error instanceof Error ? error.message : String(error)
      enough.abort()
    },
  })
  let url: string
  try {
    url = await mirror.listen(port, listenHost)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new CommandError(
      code === 'EADDRINUSE'
        ? `Port ${port} is in use. Choose another one with --port, or --port 0 for any that is free`
        : `The mirror cannot listen at ${listenHost}:${port}: ${message}`,
      { cause: error },
    )
  }
  output.beside.write(
    `Mirror ${url}\nLeft   ${sides.left.label} answers\nRight  ${sides.right.label} gets a copy${plan.unsafe ? '' : ' of GET, HEAD and OPTIONS'}\n${
      limit === undefined ? 'Ctrl-C ends it and reports' : `It ends after ${limit} requests`
    }\n`,
  )
  await aborted(AbortSignal.any([signal, enough.signal]))
  await mirror.close()
  progress.clear()
  return problem
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      resolve()
    }
    if (signal.aborted) done()
    else signal.addEventListener('abort', done, { once: true })
  })
}

function report(
  outcome: Outcome,
  facts: ReportFacts,
  options: ParityOptions,
  { write, beside, color, width }: ParityOutput,
): void {
  const all = options.all === true
  if (options.json === true) {
    write(`${JSON.stringify(toJsonReport(outcome, facts, all), null, 2)}\n`)
  } else if (outcome.total > 0 || facts.problem === undefined) {
    write(toTable(outcome, facts, { color, width, all }))
  }
  if (options.html !== undefined) {
    writeFileSync(options.html, toHtmlReport(outcome, facts))
    beside.write(`Report: ${resolvePath(options.html)}\n`)
  }
  if (facts.problem !== undefined) beside.write(`local-alb: ${facts.problem}\n`)
}

/** A long run must not end with a report that cannot be written. */
function checkWritable(file: string): void {
  try {
    const isThere = statSync(file, { throwIfNoEntry: false })
    if (isThere?.isDirectory() === true) throw new Error('it is a folder; name a file in it')
    accessSync(isThere === undefined ? dirname(resolvePath(file)) : file, constants.W_OK)
  } catch (error) {
    throw new CommandError(`--html ${file} cannot be written: ${(error as Error).message}`)
  }
}
