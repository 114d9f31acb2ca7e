import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FunctionOptions } from '../../../packages/local-alb/src/runtime-api/function.js'
import type { FunctionError } from '../../../packages/local-alb/src/runtime-api/function-error.js'
import {
  CLIENTS,
  failureOf,
  folderWith,
  invoke,
  open,
  openFile,
  platformLines,
  resultOf,
  stateOf,
  written,
} from './functions.js'

const ENDINGS = [
  ['process.exit(3)', 'Runtime exited with error: exit status 3'],
  [`Promise.reject(new Error('left alone'))`, 'Runtime exited with error: exit status 1'],
  ['process.exit(0)', 'Runtime exited without providing a reason'],
  ['process.abort()', 'Runtime exited with error: signal: aborted'],
  [`process.kill(process.pid, 'SIGKILL')`, 'Runtime exited with error: signal: killed'],
  [
    `setTimeout(() => { throw new Error('in a timer') })`,
    'Runtime exited with error: exit status 1',
  ],
] as const

/** The process ends half-way through an invocation; the next one has another. */
async function expectExit(
  statement: string,
  reason: string,
  options: Omit<FunctionOptions, 'file'>,
): Promise<void> {
  const fn = open(
    `export const handler = async ({ end }) => {
       if (!end) return 'fine'
       console.log('before')
       ${statement}
       await new Promise((resolve) => setTimeout(resolve, 60_000))
     }`,
    options,
  )
  const failure = await failureOf(fn, { end: true })
  expect(failure).toMatchObject({
    errorType: 'Runtime.ExitError',
    errorMessage: `RequestId: ${failure.invocation.requestId} Error: ${reason}`,
  })
  expect(written(failure)[0]).toMatch(/\tbefore$/)
  const thrown = /new Error\('(.+?)'\)/.exec(statement)?.[1]
  if (thrown !== undefined) expect(written(failure)).toContain(`Error: ${thrown}`)
  expect(platformLines(failure).at(-1)).toMatch(/\tStatus: error\tError Type: Runtime\.ExitError$/)
  expect(await resultOf(fn)).toBe('fine')
}

describe.each(CLIENTS)('a function run by %s', (runtimeClient) => {
  it('ends an invocation that takes too long, and starts afresh for the next', async () => {
    const fn = open(
      `let count = 0
       export const handler = async ({ hang }) => {
         count += 1
         if (hang) await new Promise((resolve) => { process.stdout.write(String(process.pid)); setTimeout(resolve, 60_000) })
         return count
       }`,
      { runtimeClient, timeoutSeconds: 0.8 },
    )
    expect(await resultOf(fn)).toBe(1)
    const failure = await failureOf(fn, { hang: true })
    const { requestId, durationMs } = failure.invocation
    expect(failure).toMatchObject({
      errorType: 'Sandbox.Timedout',
      errorMessage: `RequestId: ${requestId} Error: Task timed out after 0.80 seconds`,
    })
    expect(durationMs).toBeGreaterThanOrEqual(799)
    const lines = platformLines(failure)
    expect(lines[1]).toMatch(
      new RegExp(`^\\d{4}-\\S+Z ${requestId} Task timed out after 0\\.80 seconds$`),
    )
    expect(lines.at(-1)).toMatch(/\tStatus: timeout$/)
    expect(stateOf(Number(written(failure)[0]))).toBe('gone')
    expect(await invoke(fn)).toMatchObject({ payload: '1', invocation: { coldStart: true } })
  })

  it.each(ENDINGS.slice(0, 2))('reports a process that ends by %s', async (statement, reason) => {
    await expectExit(statement, reason, { runtimeClient })
  })

  it.each([
    ['a syntax error', 'export const handler = (', 'Runtime.UserCodeSyntaxError', /^SyntaxError/],
    [
      'an export that is not there',
      'export const main = () => 1',
      'Runtime.HandlerNotFound',
      /^lambda\.handler is undefined or not exported$/,
    ],
    [
      'an export that is no function',
      'export const handler = 1',
      'Runtime.HandlerNotFound',
      /^lambda\.handler is not a function$/,
    ],
    [
      'a handler with a callback',
      'export const handler = (event, context, callback) => callback(null, 1)',
      'Runtime.CallbackHandlerDeprecated',
      /callback-based/,
    ],
    ['a module that throws', `throw new RangeError('no database')`, 'RangeError', /^no database$/],
    [
      'a CommonJS module that is missing',
      `import { createRequire } from 'node:module'
       createRequire(import.meta.url)('not-there')`,
      'Runtime.ImportModuleError',
      /^Error: Cannot find module 'not-there'/,
    ],
    [
      'a module that exits',
      `console.log('bye'); process.exit(2)`,
      'Runtime.ExitError',
      /exit status 2$/,
    ],
  ])('reports %s when it starts', async (_title, source, type, message) => {
    const failure = await failureOf(open(source, { runtimeClient }))
    expect(failure.errorType).toBe(type)
    expect(failure.errorMessage).toMatch(message)
    expect(failure.invocation).toMatchObject({ coldStart: true })
    expect(failure.invocation.initMs).toBe(undefined)
    expect(platformLines(failure).at(-1)).toMatch(
      /^INIT_REPORT Init Duration: [\d.]+ ms\tStatus: error\tError Type: /,
    )
  })
})

describe('a function that fails to start', () => {
  it('frees its place, tells of it, and works as soon as the file is mended', async () => {
    const errors: [FunctionError, string][] = []
    const file = join(folderWith({ 'lambda.mjs': 'export const handler = (' }), 'lambda.mjs')
    const fn = openFile(file, {
      concurrency: 1,
      onInitError: (error, environment) => errors.push([error, environment]),
    })
    const [first, second] = [await failureOf(fn), await failureOf(fn)]
    const { errorType, errorMessage } = first
    expect(errorType).toBe('Runtime.UserCodeSyntaxError')
    expect(errors).toMatchObject([
      [{ errorType, errorMessage }, first.invocation.environment],
      [{ errorType, errorMessage }, second.invocation.environment],
    ])
    expect(first.invocation.environment).not.toBe(second.invocation.environment)
    writeFileSync(file, 'export const handler = () => 1')
    expect(await resultOf(fn)).toBe(1)
  })

  it('is started once more when it was slow to load, in the time of the invocation', async () => {
    const folder = folderWith({
      slow: '',
      'lambda.mjs': `
        import { existsSync } from 'node:fs'
        if (existsSync('slow')) await new Promise((resolve) => setTimeout(resolve, 60_000))
        export const handler = (event, context) => context.getRemainingTimeInMillis()`,
    })
    const fn = openFile(join(folder, 'lambda.mjs'), {
      initTimeoutSeconds: 0.3,
      timeoutSeconds: 20,
      concurrency: 1,
      onLog: ({ text }) => {
        if (text.startsWith('INIT_REPORT')) rmSync(join(folder, 'slow'))
      },
    })
    // Only the second start, which finds no such file, can be ready: so its limit is another one.
    const outcome = await invoke(fn)
    expect(platformLines(outcome).slice(0, 3)).toEqual([
      expect.stringMatching(/^INIT_START/),
      expect.stringMatching(/^INIT_REPORT Init Duration: \d+\.\d\d ms\tStatus: timeout$/),
      expect.stringMatching(/^INIT_START/),
    ])
    const leftMs = outcome.kind === 'success' ? Number(outcome.payload) : NaN
    expect(leftMs).toBeLessThan(20_001 - Number(outcome.invocation.initMs))
    expect(leftMs).toBeGreaterThan(5_000)
  })
})

describe('an invocation', () => {
  it.each(ENDINGS.slice(2))('whose process ends by %s is reported', async (statement, reason) => {
    await expectExit(statement, reason, { runtimeClient: 'own' })
  })

  it('that never gives way to the event loop is ended', async () => {
    const fn = open(`export const handler = () => { for (;;); }`, {
      timeoutSeconds: 0.2,
    })
    expect(await failureOf(fn)).toMatchObject({ errorType: 'Sandbox.Timedout' })
  })
})

it('ends an invocation whose function never loads', async () => {
  const fn = open(`await new Promise((resolve) => setTimeout(resolve, 60_000))`, {
    initTimeoutSeconds: 0.2,
    timeoutSeconds: 0.3,
  })
  const failure = await failureOf(fn)
  expect(failure).toMatchObject({
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${failure.invocation.requestId} Error: Task timed out after 0.30 seconds`,
  })
})

it('kills an environment that takes more memory than the function has', async () => {
  const fn = open(
    `const kept = []
     export const handler = async ({ heap }) => {
       for (;;) {
         kept.push(heap ? Array.from({ length: 100_000 }, Math.random) : Buffer.alloc(8_000_000, 1))
         await new Promise(setImmediate)
       }
     }`,
    { memoryMb: 128, timeoutSeconds: 20 },
  )
  const heap = await failureOf(fn, { heap: true })
  // V8 itself gives up, or the system steps in, whichever comes first.
  expect(heap.errorType).toMatch(/^Runtime\.(ExitError|OutOfMemory)$/)
  expect(heap.errorMessage).toMatch(/signal: (aborted|killed|trace\/breakpoint trap)$/)
})

it.runIf(process.platform === 'linux')(
  'kills an environment whose buffers take more memory than the function has',
  async () => {
    const fn = open(
      `const kept = []
       export const handler = async () => {
         kept.push(Buffer.alloc(200_000_000, 1))
         await new Promise((resolve) => setTimeout(resolve, 60_000))
       }`,
      { memoryMb: 128, timeoutSeconds: 20 },
    )
    const failure = await failureOf(fn)
    expect(failure).toMatchObject({
      errorType: 'Runtime.OutOfMemory',
      errorMessage: `RequestId: ${failure.invocation.requestId} Error: Runtime exited with error: signal: killed`,
    })
    expect(platformLines(failure).at(-1)).toMatch(
      /Memory Size: 128 MB\tMax Memory Used: \d{3} MB\t.*Error Type: Runtime\.OutOfMemory$/,
    )
  },
)

it('reports a Node.js binary that cannot be started, and works once it can', async () => {
  const folder = folderWith({ 'lambda.mjs': 'export const handler = () => 1' })
  const fn = openFile(join(folder, 'lambda.mjs'), { nodePath: join(folder, 'node') })
  expect(await failureOf(fn)).toMatchObject({
    errorType: 'Runtime.InvalidEntrypoint',
    errorMessage: expect.stringContaining(`nodePath is '${join(folder, 'node')}'`),
  })
})

it('reports a task root that has gone', async () => {
  const folder = folderWith({ 'lambda.mjs': 'export const handler = () => 1' })
  const fn = openFile(join(folder, 'lambda.mjs'))
  rmSync(folder, { recursive: true })
  expect(await failureOf(fn)).toMatchObject({ errorType: 'Runtime.InvalidEntrypoint' })
})
