import { basename, join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { CLIENTS, failureOf, folderWith, invoke, open, openFile, resultOf } from './functions.js'

describe.each(CLIENTS)('a function run by %s', (runtimeClient) => {
  it('answers what an ES module returns, as JSON', async () => {
    const fn = open(
      `export const handler = async (event) => ({ got: event, text: 'é\\u2028"', none: undefined })`,
      { runtimeClient },
    )
    await expect(invoke(fn, { a: ['ü', null] })).resolves.toMatchObject({
      kind: 'success',
      payload: '{"got":{"a":["ü",null]},"text":"é\u2028\\""}',
    })
  })

  it.each([
    ['lambda.cjs', `exports.handler = async () => require('node:path').basename(__filename)`],
    ['lambda.js', `exports.handler = async () => require('node:path').basename(__filename)`],
    // An export that Node.js cannot see from outside: it is on `default` only.
    [
      'lambda.cjs',
      `module.exports = { ['hand' + 'ler']: () => require('node:path').basename(__filename) }`,
    ],
  ])('runs CommonJS in %s: %s', async (name, source) => {
    const fn = openFile(join(folderWith({ [name]: source }), name), { runtimeClient })
    expect(await resultOf(fn)).toBe(name)
  })

  it('finds a nested export in a folder below the task root, where the working directory is', async () => {
    const taskRoot = folderWith({
      'dist/api/lambda.mjs': `
        export const api = { v1: { handle: () => [process.cwd(), process.env._HANDLER] } }`,
    })
    const fn = openFile(join(taskRoot, 'dist/api/lambda.mjs'), {
      runtimeClient,
      taskRoot,
      handler: 'api.v1.handle',
    })
    const [directory, handler] = (await resultOf(fn)) as string[]
    // The system's folder for temporary files may be a link.
    expect(basename(String(directory))).toBe(basename(taskRoot))
    expect(handler).toBe('dist/api/lambda.api.v1.handle')
  })

  it('loads modules beside the file, dynamic imports and top-level await included', async () => {
    const folder = folderWith({
      'lambda.mjs': `
        import { a } from './a.mjs'
        const { b } = await import('./b.cjs')
        export const handler = () => [a, b]`,
      'a.mjs': `export const a = 'a'`,
      'b.cjs': `exports.b = 'b'`,
    })
    expect(await resultOf(openFile(join(folder, 'lambda.mjs'), { runtimeClient }))).toEqual([
      'a',
      'b',
    ])
  })

  it('answers what is no promise for what it is, and null for nothing', async () => {
    const fn = open(
      `const results = {
         nothing: undefined,
         null: null,
         list: [1],
         thenable: { then: (resolve) => resolve('later') },
       }
       export const handler = ({ name }) => results[name]`,
      { runtimeClient },
    )
    const payloads: unknown[] = []
    for (const name of ['nothing', 'null', 'list', 'thenable']) {
      const outcome = await invoke(fn, { name })
      payloads.push(outcome.kind === 'success' ? outcome.payload : outcome)
    }
    expect(payloads).toEqual(['null', 'null', '[1]', '"later"'])
  })

  it('gives the context that Lambda gives', async () => {
    const fn = open(
      `export const handler = async (event, context) => ({
         ...context,
         left: context.getRemainingTimeInMillis(),
         trace: process.env._X_AMZN_TRACE_ID,
         stream: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
       })`,
      { runtimeClient, functionName: 'orders', memoryMb: 256, timeoutSeconds: 20 },
    )
    const root = '1-67891233-abcdef012345678912345678'
    const outcome = await fn.invoke({ payload: '{}', traceId: `Self=1-2-3;Root=${root};A=b` })
    const { requestId, environment } = outcome.invocation
    expect(JSON.parse(outcome.kind === 'success' ? outcome.payload : '')).toEqual({
      awsRequestId: requestId,
      functionName: 'orders',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:orders',
      memoryLimitInMB: '256',
      logGroupName: '/aws/lambda/orders',
      logStreamName: expect.stringMatching(
        new RegExp(`^\\d{4}/\\d\\d/\\d\\d/\\[\\$LATEST\\]${environment}$`),
      ),
      stream: expect.stringContaining(String(environment)),
      xRayTraceId: expect.stringMatching(
        new RegExp(`^Root=${root};Parent=[0-9a-f]{16};Sampled=0$`),
      ),
      trace: expect.stringContaining(root),
      left: expect.toSatisfy((left: number) => left > 10_000 && left <= 20_000),
    })
  })

  it('gives the environment that Lambda gives, and nothing of ours but who we are', async () => {
    vi.stubEnv('SECRET_OF_MINE', 'x')
    vi.stubEnv('NODE_OPTIONS', '--trace-warnings')
    vi.stubEnv('AWS_PROFILE', 'dev')
    const source = `export const handler = async () => ({ env: process.env, flags: process.execArgv })`
    const fn = open(source, { runtimeClient, env: { TABLE: 't', AWS_REGION: 'eu-west-1' } })
    const { env } = (await resultOf(fn)) as { env: Record<string, string> }
    expect(
      Object.keys(env).filter((name) => /SECRET|NODE_OPTIONS|VITEST|LOCAL_ALB/.test(name)),
    ).toEqual([])
    expect(env).toMatchObject({
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${process.versions.node.split('.')[0]}.x`,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
      AWS_LAMBDA_FUNCTION_NAME: 'lambda',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/lambda',
      AWS_LAMBDA_RUNTIME_API: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      AWS_PROFILE: 'dev',
      AWS_REGION: 'eu-west-1',
      LAMBDA_TASK_ROOT: expect.any(String),
      LAMBDA_RUNTIME_DIR: expect.any(String),
      TABLE: 't',
      TZ: ':UTC',
      _HANDLER: 'lambda.handler',
    })
    const alone = open(source, { runtimeClient, inheritCredentials: false })
    expect(await resultOf(alone)).not.toHaveProperty('env.AWS_PROFILE')
  })

  it('tells what the handler threw: type, message and where', async () => {
    const fn = open(
      `class OrderError extends Error { name = 'OrderError' }
       export const handler = async ({ text }) => {
         if (text !== undefined) throw text
         throw new OrderError('no such order')
       }`,
      { runtimeClient },
    )
    const failure = await failureOf(fn)
    expect(failure).toMatchObject({ errorType: 'OrderError', errorMessage: 'no such order' })
    expect(failure.trace?.[0]).toMatch(/^(Order)?Error: no such order$/)
    expect(failure.trace?.[1]).toContain('lambda.mjs:4')
    // The environment survives it.
    expect(await failureOf(fn, { text: 'plain' })).toMatchObject({
      errorType: 'string',
      errorMessage: 'plain',
      invocation: { coldStart: false },
    })
  })

  it('fails for a result that is no JSON, and goes on', async () => {
    const fn = open(
      `const cycle = {}
       cycle.cycle = cycle
       const results = { cycle, bigint: 1n, function: () => {} }
       export const handler = async ({ name }) => results[name] ?? 'fine'`,
      { runtimeClient, concurrency: 1 },
    )
    const types: string[] = []
    for (const name of ['cycle', 'bigint', 'function']) {
      types.push((await failureOf(fn, { name })).errorType)
    }
    expect(types).toEqual(['Runtime.JSONStringifyError', 'Runtime.JSONStringifyError', 'TypeError'])
    expect(await invoke(fn)).toMatchObject({ payload: '"fine"', invocation: { coldStart: false } })
  })

  it('takes results of up to 6 MB, and goes on after a larger one', async () => {
    const fn = open(`export const handler = ({ size }) => 'x'.repeat(size - 2)`, { runtimeClient })
    const limit = 6 * 1024 * 1024 + 100
    const outcome = await invoke(fn, { size: limit })
    expect(outcome.kind === 'success' && outcome.payload.length).toBe(limit)
    expect(await failureOf(fn, { size: limit + 1 })).toMatchObject({
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: `Response payload size (${limit + 1} bytes) exceeded maximum allowed payload size (${limit} bytes).`,
    })
    expect(await invoke(fn, { size: 3 })).toMatchObject({
      payload: '"x"',
      invocation: { coldStart: false },
    })
  })
})

describe('ES modules in require()', () => {
  const source = `exports.handler = async () => {
    try { return require('./esm.mjs').value } catch (error) { return error.code }
  }`
  const files = { 'lambda.cjs': source, 'esm.mjs': `export const value = 'loaded'` }

  it('are refused in Node.js 20 and 22, as Lambda does, unless NODE_OPTIONS allows them', async () => {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
    const file = join(folderWith(files), 'lambda.cjs')
    const isRefused = major < 24
    expect(await resultOf(openFile(file))).toBe(isRefused ? 'ERR_REQUIRE_ESM' : 'loaded')
    // Node.js 20.16 has no such option.
    const NODE_OPTIONS = major === 20 && minor < 17 ? '' : '--experimental-require-module'
    expect(await resultOf(openFile(file, { env: { NODE_OPTIONS } }))).toBe(
      NODE_OPTIONS === '' ? 'ERR_REQUIRE_ESM' : 'loaded',
    )
  })
})
