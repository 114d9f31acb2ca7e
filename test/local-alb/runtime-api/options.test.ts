import { chmodSync, mkdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { createFunction } from '../../../packages/local-alb/src/runtime-api/function.js'
import { nodeFlags } from '../../../packages/local-alb/src/runtime-api/node-binary.js'
import { toLambdaTrace } from '../../../packages/local-alb/src/runtime-api/trace.js'
import { folderWith, invoke, open, openFile, platformLines, resultOf } from './functions.js'

// The stand-in for a binary is a shell script.
const isPosix = process.platform !== 'win32'

const SOURCE = 'export const handler = () => 1'

describe('createFunction', () => {
  it.each([
    ['timeoutSeconds', { timeoutSeconds: 0 }, 'timeoutSeconds is 0; it must be a number from'],
    ['timeoutSeconds', { timeoutSeconds: 901 }, 'timeoutSeconds is 901;'],
    ['initTimeoutSeconds', { initTimeoutSeconds: NaN }, 'initTimeoutSeconds is NaN;'],
    ['memoryMb', { memoryMb: 64 }, 'memoryMb is 64; it must be a number from 128 to 10240.'],
    ['memoryMb', { memoryMb: 128.5 }, 'memoryMb is 128.5; it must be a whole number.'],
    ['concurrency', { concurrency: 0 }, 'concurrency is 0;'],
    ['idleSeconds', { idleSeconds: -1 }, 'idleSeconds is -1;'],
    ['env', { env: { _HANDLER: 'x' } }, 'env._HANDLER cannot be set: Lambda sets it itself.'],
    [
      'env',
      { env: { A: 1 as unknown as string } },
      'env.A is of type number; environment variables are strings.',
    ],
  ])('refuses %s that cannot be: %j', (_name, options, message) => {
    const file = join(folderWith({ 'lambda.mjs': SOURCE }), 'lambda.mjs')
    expect(() => createFunction({ file, ...options })).toThrow(
      expect.objectContaining({ name: 'TypeError', message: expect.stringContaining(message) }),
    )
  })

  it.each([
    ['that is not there', 'nothing.mjs', {}, /there is no file\. Build the function first/],
    ['that is a folder', 'folder', {}, /there is no file/],
    ['in TypeScript', 'lambda.ts', {}, /Lambda loads \.js, \.mjs and \.cjs files\. Bundle it/],
    ['outside of the task root', 'lambda.mjs', { taskRoot: 'folder' }, /is not below taskRoot/],
    ['with two dots', 'my.lambda.mjs', {}, /follows the first dot.*a name with one dot/],
    ['hidden by another', 'twice.mjs', {}, /Lambda would load 'twice\.js' beside it/],
    ['hidden by a folder', 'folder.mjs', {}, /Lambda would load 'folder' beside it/],
  ])('refuses a file %s', (_title, name, { taskRoot }: { taskRoot?: string }, message) => {
    const folder = folderWith({
      'lambda.mjs': SOURCE,
      'lambda.ts': SOURCE,
      'my.lambda.mjs': SOURCE,
      'twice.mjs': SOURCE,
      'twice.js': SOURCE,
      'folder.mjs': SOURCE,
    })
    mkdirSync(join(folder, 'folder'))
    expect(() =>
      createFunction({
        file: join(folder, name),
        ...(taskRoot !== undefined && { taskRoot: join(folder, taskRoot) }),
      }),
    ).toThrow(message)
  })

  it('names a function by its file, seen from the working directory', () => {
    const file = join(folderWith({ 'lambda.mjs': SOURCE }), 'lambda.mjs')
    expect(openFile(file).label).toBe(relative(process.cwd(), file))
  })

  it('prefers aws-lambda-ric, and asks for it when it is wanted and not there', async () => {
    const clientOf = async (options: object): Promise<string | undefined> =>
      platformLines(await invoke(open(SOURCE, options)))[0]
    expect(await clientOf({})).toMatch(/ \(aws-lambda-ric 4\.\d+\.\d+\)$/)
    expect(await clientOf({ runtimeClient: 'own' })).toMatch(/ \(local-alb\)$/)
  })

  it.runIf(isPosix)('runs the function in another Node.js binary', async () => {
    const folder = folderWith({
      'lambda.mjs': 'export const handler = () => process.env.WRAPPED',
      node: `#!/bin/sh\nWRAPPED=yes exec '${process.execPath}' "$@"\n`,
    })
    chmodSync(join(folder, 'node'), 0o755)
    const fn = openFile(join(folder, 'lambda.mjs'), { nodePath: join(folder, 'node') })
    expect(await resultOf(fn)).toBe('yes')
  })

  it('takes the credentials of the function before ours', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'ours')
    const source = 'export const handler = () => process.env.AWS_ACCESS_KEY_ID'
    expect(await resultOf(open(source))).toBe('ours')
    expect(await resultOf(open(source, { env: { AWS_ACCESS_KEY_ID: 'theirs' } }))).toBe('theirs')
  })
})

describe('the flags of Node.js', () => {
  const node = {
    path: 'node',
    version: '22.0.0',
    major: 22,
    disabling: ['experimental-a', 'experimental-b'],
  }

  it('divide the memory as Lambda does, and disable what it disables', () => {
    expect(nodeFlags(node, { memoryMb: 512, env: {} })).toEqual([
      '--expose-gc',
      '--max-http-header-size=81920',
      '--max-semi-space-size=25',
      '--max-old-space-size=461',
      '--no-experimental-a',
      '--no-experimental-b',
    ])
  })

  it('leave enabled what NODE_OPTIONS enables', () => {
    const env = { NODE_OPTIONS: '--trace-warnings  --experimental-a' }
    expect(nodeFlags(node, { memoryMb: 512, env }).slice(4)).toEqual(['--no-experimental-b'])
  })
})

describe("Lambda's trace header", () => {
  const root = '1-67891233-abcdef012345678912345678'

  it.each([root, `Root=${root}`, `Self=1-a-b;Root=${root};CalledFrom=app`])(
    'keeps the root of %s, with a parent of its own',
    (given) => {
      expect(toLambdaTrace(given)).toMatch(
        new RegExp(`^Root=${root};Parent=[0-9a-f]{16};Sampled=0$`),
      )
      expect(toLambdaTrace(given)).not.toBe(toLambdaTrace(given))
    },
  )

  it.each([undefined, '', 'Root=nonsense', `Self=${root}x`])('begins a trace for %j', (given) => {
    const seconds = Number.parseInt(toLambdaTrace(given).slice('Root=1-'.length, 15), 16)
    expect(Math.abs(seconds - Date.now() / 1000)).toBeLessThan(60)
  })
})
