import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { BUNDLE_NAME } from '../bundle/bundle-request.js'
import { linkExternals } from '../bundle/external-links.js'
import type { FunctionFiles } from '../bundle/function-files.js'
import { toHealthCheckEvent } from '../event/health-check.js'
import { RefusedError } from '../message.js'
import { DEFAULTS } from '../options.js'
import { toResponse } from '../result/result.js'
import { createFunction } from '../runtime-api/function.js'
import type { LogLine } from '../targets/lambda-function.js'
import type { ForwardedRequest } from '../targets/target.js'
import { unzip } from './zip.js'

/** How the one start went. */
export type Verification =
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly initMs: number
      readonly durationMs: number
      /** `aws-lambda-ric 4.0.2`, `local-alb`. */
      readonly client: string
      readonly logs: readonly LogLine[]
    }
  /** It cannot be started on this machine. */
  | { readonly kind: 'skipped'; readonly reason: string }
  | {
      readonly kind: 'failed'
      /** Lambda's or the load balancer's name for it, and what it says. */
      readonly type: string
      readonly message: string
      readonly trace: readonly string[]
      readonly logs: readonly LogLine[]
    }

export interface VerifyOptions {
  readonly entry: string
  readonly handler: string
  readonly env: Readonly<Record<string, string>>
  readonly healthCheck: string
  readonly memory: number | undefined
  readonly timeout: number | undefined
}

const SINGLE = {
  arn: 'arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/build/0000000000000000',
  multiValueHeaders: false,
}

/**
 * Starts what is in the zip as Lambda would, in a folder that has nothing else, and has it answer one health check of a
 * load balancer.
 */
export async function verify(
  zip: Uint8Array,
  { metafile, kept }: FunctionFiles,
  { entry, ...options }: VerifyOptions,
): Promise<Verification> {
  // Not below the project: what is missing in the zip must be missing here.
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'local-alb-')))
  const root = join(folder, 'task')
  try {
    for (const [path, bytes] of Object.entries(unzip(zip))) {
      await mkdir(dirname(join(root, path)), { recursive: true })
      await writeFile(join(root, path), bytes)
    }
    linkExternals(metafile, (name) => kept.some((item) => item.name === name), entry, folder)
    return await start(root, options)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function start(
  root: string,
  { handler, env, healthCheck, memory, timeout }: Omit<VerifyOptions, 'entry'>,
): Promise<Verification> {
  const logs: LogLine[] = []
  const fn = createFunction({
    file: join(root, BUNDLE_NAME),
    handler,
    taskRoot: root,
    functionName: 'build',
    env: { NODE_OPTIONS: '--enable-source-maps', ...env },
    // It is started to see whether it starts, not to act in anybody's name.
    inheritCredentials: false,
    memoryMb: memory,
    timeoutSeconds: timeout,
    concurrency: 1,
    onLog: (line) => logs.push(line),
  })
  try {
    const payload = toHealthCheckEvent(healthCheck, SINGLE, DEFAULTS)
    const outcome = await fn.invoke({ payload })
    if (outcome.kind === 'throttled') return failed('Throttled', outcome.explanation, [], logs)
    if (outcome.kind === 'function-error') {
      return failed(outcome.errorType, outcome.errorMessage, outcome.trace ?? [], logs)
    }
    const status = statusOf(outcome.payload)
    return {
      kind: 'answered',
      status,
      initMs: outcome.invocation.initMs ?? 0,
      durationMs: outcome.invocation.durationMs,
      client: clientOf(logs),
      logs,
    }
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error
    return failed(error.refusal.errorReason ?? 'LambdaInvalidResponse', error.message, [], logs)
  } finally {
    await fn.close()
  }
}

/**
 * The status of a result that the load balancer takes in one of its modes; a function may know only one of them.
 *
 * @throws {RefusedError} when it takes it in neither
 */
function statusOf(payload: string): number {
  const [single, multi] = [false, true].map((multiValueHeaders) => {
    try {
      return toResponse(payload, REQUEST, { multiValueHeaders }, DEFAULTS).status
    } catch (error) {
      if (error instanceof RefusedError) return error
      throw error
    }
  })
  if (typeof single === 'number') return single
  if (typeof multi === 'number') return multi
  throw single ?? new Error('There is no result')
}

const ENDPOINT = { address: '127.0.0.1', port: 80 }
/** What a result is read for; a health check is no request of a client. */
const REQUEST: ForwardedRequest = {
  connection: { client: ENDPOINT, local: ENDPOINT, protocol: 'http' },
  method: 'GET',
  target: '/',
  path: '/',
  query: undefined,
  version: '1.1',
  headers: [],
  body: Readable.from([]),
  hasBody: false,
  headBytes: 0,
  receivedAt: new Date(0),
  signal: new AbortController().signal,
}

function failed(
  type: string,
  message: string,
  trace: readonly string[],
  logs: readonly LogLine[],
): Verification {
  return { kind: 'failed', type, message, trace, logs }
}

function clientOf(logs: readonly LogLine[]): string {
  const line = logs.find(
    ({ stream, text }) => stream === 'platform' && text.startsWith('INIT_START'),
  )
  return /\((.*)\)/.exec(line?.text ?? '')?.[1] ?? 'local-alb'
}
