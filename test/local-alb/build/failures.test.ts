import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { build, createProject, handlerOf, installed } from './project.js'

vi.setConfig({ testTimeout: 60_000 })

describe('a function that was built', () => {
  it('is not good when it fails to start; the last build stays', async () => {
    const project = createProject({ 'src/lambda.ts': handlerOf('1') })
    const { folder, zip } = await build(project)
    const before = [join(folder, 'index.mjs'), zip].map((file) => readFileSync(file))
    writeFileSync(
      join(project, 'src/lambda.ts'),
      "console.error('looking')\nconst url: string = process.env['DATABASE_URL']!.trim()\nexport const handler = async () => url\n",
    )
    const failed = await build(project)
    expect(failed.verification).toMatchObject({
      kind: 'failed',
      type: 'TypeError',
      message: expect.stringMatching(/trim/) as unknown,
      // The line of the source.
      trace: expect.arrayContaining([expect.stringMatching(/src\/lambda\.ts:2:/)]) as unknown,
      logs: expect.arrayContaining([
        expect.objectContaining({ text: expect.stringMatching(/looking/) as unknown }),
      ]) as unknown,
    })
    expect([join(folder, 'index.mjs'), zip].map((file) => readFileSync(file))).toEqual(before)
    // With what it needs it is.
    writeFileSync(
      join(project, 'src/lambda.ts'),
      `const url = process.env['DATABASE_URL']!.trim()\n${handlerOf('url')}`,
    )
    const good = await build(project, { env: { DATABASE_URL: 'x' } })
    expect(good.verification).toMatchObject({ kind: 'answered', status: 200 })
  })

  it.each([
    [
      'a result that no load balancer takes',
      'async () => ({ status: 200 })',
      'LambdaInvalidResponse',
    ],
    ['an error', "async () => { throw new RangeError('no') }", 'RangeError'],
    ['a handler with a callback', '(event, context, done) => { done(null, {}) }', /Callback/],
  ])('is not good with %s', async (_what, handler, type) => {
    const project = createProject({
      'src/lambda.ts': `// @ts-nocheck\nexport const handler = ${handler}\n`,
    })
    const { verification, folder } = await build(project)
    expect(verification).toMatchObject({
      kind: 'failed',
      type: expect.stringMatching(type) as unknown,
    })
    expect(existsSync(folder)).toBe(false)
    const { verification: none } = await build(project, { verify: false })
    expect(none).toBeUndefined()
    expect(existsSync(folder)).toBe(true)
  })

  it('is good with a result of multi-value mode only, and with 503, of which it warns', async () => {
    const project = createProject({
      'src/lambda.ts':
        "export const handler = async () => ({ statusCode: 503, headers: null, multiValueHeaders: { a: ['b'] } })\n",
    })
    const { verification, warnings } = await build(project)
    expect(verification).toMatchObject({ kind: 'answered', status: 503 })
    expect(warnings).toEqual([expect.stringMatching(/health check with 503.*--env-file/)])
  })

  it('sees nothing of the project it was built from', async () => {
    const project = createProject({
      'src/lambda.ts': `const name = 'hidden'\n${handlerOf('(await import(name)).default')}`,
      ...installed('hidden', { 'index.js': 'module.exports = 1\n' }),
    })
    const { verification, warnings } = await build(project)
    expect(verification).toMatchObject({
      kind: 'failed',
      message: expect.stringMatching(/hidden/) as unknown,
    })
    expect(warnings).toEqual([
      expect.stringMatching(/src\/lambda\.ts:2: import\(\) of a computed name.*--keep <package>/),
    ])
    const kept = await build(project, { keep: ['hidden'] })
    expect(kept.verification).toMatchObject({ kind: 'answered' })
  })
})

describe('a build is refused', () => {
  it.each<[string, string, RegExp]>([
    [
      'for a file that is not there',
      "import { readFileSync } from 'node:fs'\nreadFileSync(new URL('./none.sql', import.meta.url))",
      /There is no \S*src\/none\.sql.*--asset <path>:src\/none\.sql.*--exclude [^]*src\/lambda\.ts:2:\d+/,
    ],
    [
      'for a file outside of the package',
      "export const a = new URL('../../other/x.txt', import.meta.url)",
      /other\/x\.txt is outside of the package[^]*src\/lambda\.ts:1:\d+/,
    ],
    [
      'for a worker in TypeScript',
      "import { Worker } from 'node:worker_threads'\nnew Worker(new URL('./worker.js', import.meta.url))",
      /worker\.ts is TypeScript[^]*src\/lambda\.ts:2:\d+/,
    ],
    [
      'for a package that is not installed',
      "import 'not-installed'",
      /not-installed[^]*src\/lambda\.ts:1:\d+/,
    ],
    ['for a syntax error', 'const = 1', /src\/lambda\.ts:1:\d+/],
  ])('%s, with file and line', async (_what, source, message) => {
    const project = createProject({
      'src/lambda.ts': `${source}\n${handlerOf('1')}`,
      'src/worker.ts': 'export {}\n',
    })
    await expect(build(project)).rejects.toThrow(message)
    expect(existsSync(join(project, 'out'))).toBe(false)
  })

  it('without the handler, naming what there is', async () => {
    const project = createProject({ 'src/lambda.ts': 'export const app = 1, other = 2\n' })
    await expect(build(project)).rejects.toThrow(/exports app, other and no handler.*--handler app/)
    const { verification } = await build(
      createProject({
        'src/lambda.ts': 'export const api = { handler: async () => ({ statusCode: 204 }) }\n',
      }),
      { handler: 'api.handler' },
    )
    expect(verification).toMatchObject({ kind: 'answered', status: 204 })
  })

  it('into a folder that holds the sources, or what no build has made', async () => {
    const project = createProject({ 'src/lambda.ts': handlerOf('1') })
    await expect(build(project, { out: project })).rejects.toThrow(/the sources are in it/)
    await expect(build(project, { out: process.cwd() })).rejects.toThrow(/where you are/)
    mkdirSync(join(project, 'precious'))
    writeFileSync(join(project, 'precious/thesis.txt'), 'years')
    const precious = build(project, { out: join(project, 'precious') })
    await expect(precious).rejects.toThrow(/holds what no build has made.*dist\/lambda/)
    expect(readFileSync(join(project, 'precious/thesis.txt'), 'utf8')).toBe('years')
  })

  it('with settings that are not right', async () => {
    const of = (settings: unknown): Promise<unknown> =>
      build(createProject({ 'src/lambda.ts': handlerOf('1') }, { 'local-alb': settings }))
    await expect(of({ asset: [] })).rejects.toThrow(
      /local-alb\.asset is not known; known are assets/,
    )
    await expect(of({ assets: 'views' })).rejects.toThrow(/local-alb\.assets is "views".*array/)
    await expect(of({ assets: ['a:../b'] })).rejects.toThrow(/asset a:\.\.\/b/)
    await expect(of({ assets: ['none'] })).rejects.toThrow(/--asset none: there is no such/)
    await expect(of({ keep: ['none'] })).rejects.toThrow(/--keep none: there is no such package/)
  })

  it('but not for an optional package that is missing, nor for files that packages may lack', async () => {
    const project = createProject({
      'src/lambda.ts': `import db from 'db'\n${handlerOf('db')}`,
      ...installed('db', {
        'index.js': `let fast = 'slow'
try { fast = require('db-native') } catch {}
require('fs').existsSync(require('path').join(__dirname, 'config.json'))
module.exports = fast\n`,
      }),
    })
    const { verification, warnings } = await build(project)
    expect(verification).toMatchObject({ kind: 'answered' })
    expect(warnings).toEqual([
      expect.stringMatching(
        /^node_modules\/db@1\.2\.3\/index\.js:2: db can use db-native, which is not installed/,
      ),
    ])
  })

  it('but not for an optional module of its own, nor for a worker in JavaScript; both are told of', async () => {
    const project = createProject({
      'src/lambda.ts': `import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
let optional = 'none'
try { optional = require('not-installed') } catch {}
const worker = new Worker(new URL('./worker.js', import.meta.url))
const [message] = await once(worker, 'message')
if (message !== 'hello') throw new Error(String(message))
${handlerOf('optional')}`,
      'src/worker.js':
        "import { parentPort } from 'node:worker_threads'\nparentPort.postMessage('hello')\n",
    })
    const { verification, warnings } = await build(project)
    expect(verification).toMatchObject({ kind: 'answered' })
    expect(warnings).toEqual([
      expect.stringMatching(/src\/lambda\.ts:5: the worker \S*src\/worker\.js is copied as it is/),
      expect.stringMatching(/src\/lambda\.ts:4: not-installed is not installed/),
    ])
  })

  it('but not for a CommonJS function', async () => {
    const project = createProject(
      { 'src/lambda.js': 'exports.handler = async () => ({ statusCode: 200, body: __dirname })\n' },
      { type: 'commonjs' },
    )
    const { verification } = await build(project, { entry: join(project, 'src/lambda.js') })
    expect(verification).toMatchObject({ kind: 'answered', status: 200 })
  })

  it('but not for what --exclude names', async () => {
    const project = createProject({
      'src/lambda.ts': `import { existsSync } from 'node:fs'\n${handlerOf("existsSync(new URL('./none', import.meta.url))")}`,
    })
    const { verification } = await build(project, { exclude: [join(project, 'src/none')] })
    expect(verification).toMatchObject({ kind: 'answered', status: 200 })
  })
})
