import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { BundledFunction } from '../../../packages/local-alb/src/bundle/bundled-function.js'
import {
  bundleFunction,
  type FunctionBundle,
  needsBundle,
} from '../../../packages/local-alb/src/bundle/function-bundle.js'
import { createFolder } from '../../helpers/folder.js'

/** Where bundles go, so that what is left there can be seen. */
let temp: string

beforeEach(() => {
  temp = mkdtempSync(join(tmpdir(), 'bundle-test-'))
  onTestFinished(() => {
    rmSync(temp, { recursive: true, force: true })
  })
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) vi.stubEnv(name, temp)
})

const bundleFolders = (): string[] =>
  readdirSync(temp).filter((name) => name.startsWith('local-alb-'))

async function bundle(
  entry: string,
  watch?: Parameters<typeof bundleFunction>[1],
): Promise<FunctionBundle> {
  const made = await bundleFunction(entry, watch)
  onTestFinished(() => made.close())
  return made
}

async function load(file: string): Promise<Record<string, unknown>> {
  return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as Record<string, unknown>
}

describe('needsBundle', () => {
  it.each([
    ['a.ts', true],
    ['a.mts', true],
    ['a.cts', true],
    ['a.tsx', true],
    ['a.js', false],
    ['a.mjs', false],
    ['a.cjs', false],
    ['a.ts.mjs', false],
    ['ts', false],
  ])('of %s is %s', (file, expected) => {
    expect(needsBundle(file)).toBe(expected)
  })
})

describe('bundleFunction', () => {
  it('puts a function and all it imports into one module in a private folder, and removes that', async () => {
    const folder = createFolder({
      'lambda.ts': "import { a } from './lib/a.js'\nexport const handler = (): number => a\n",
      'lib/a.ts': 'export const a: number = 7\n',
    })
    const made = await bundleFunction(join(folder, 'lambda.ts'))
    const { file } = made
    expect(dirname(dirname(file))).toBe(temp)
    expect(statSync(dirname(file)).mode & 0o077).toBe(0)
    const { handler } = (await load(file)) as { handler: () => number }
    expect(handler()).toBe(7)
    await made.close()
    expect(bundleFolders()).toEqual([])
    // Twice does no harm.
    await made.close()
  })

  it('lets CommonJS packages require modules of Node and know their place', async () => {
    const folder = createFolder({
      'lambda.ts': "import old from 'old'\nexport const handler = (): unknown => old()\n",
      'node_modules/old/package.json': '{ "name": "old", "version": "1.0.0" }',
      'node_modules/old/index.js':
        "const os = require('os'); module.exports = () => [typeof os.cpus, __dirname, __filename]\n",
    })
    const { file } = await bundle(join(folder, 'lambda.ts'))
    const { handler } = (await load(file)) as { handler: () => readonly string[] }
    const [type, folderOfModule = '', nameOfModule = ''] = handler()
    expect(type).toBe('function')
    // In the bundle's folder, where what belongs to the package may lie beside it.
    expect(resolve(folderOfModule)).toBe(dirname(nameOfModule))
    expect(nameOfModule.startsWith(dirname(file))).toBe(true)
  })

  it('copies native modules beside the bundle, which loads them from there', async () => {
    const native = nativeModule()
    const folder = createFolder({
      'lambda.ts':
        "import native from 'native'\nexport const handler = async (): Promise<unknown> => typeof native + Object.keys(native).length\n",
      'node_modules/native/package.json': '{ "name": "native", "version": "1.0.0" }',
      'node_modules/native/index.js': "module.exports = require('./build/addon.node')\n",
      'node_modules/native/build/addon.node': readFileSync(native),
    })
    const fn = new BundledFunction({ kind: 'lambda', file: join(folder, 'lambda.ts') })
    onTestFinished(() => fn.close())
    expect(await fn.invoke({ payload: '{}' })).toMatchObject({
      // What the addon itself exports, not the name of its file.
      payload: expect.stringMatching(/^"object[1-9]\d*"$/) as unknown,
    })
    const place = join(temp, bundleFolders()[0] ?? '')
    const files = readdirSync(place, { recursive: true, encoding: 'utf8' })
    const copies = files.filter(
      (name) => statSync(join(place, name)).isFile() && name.endsWith('.node'),
    )
    expect(copies).toHaveLength(1)
    expect(readFileSync(join(place, copies[0] ?? '')).equals(readFileSync(native))).toBe(true)
  })

  it('leaves JavaScript where it is', async () => {
    const folder = createFolder({ 'lambda.mjs': 'export const handler = () => {}\n' })
    const { file } = await bundle(join(folder, 'lambda.mjs'))
    expect(file).toBe(join(folder, 'lambda.mjs'))
    expect(bundleFolders()).toEqual([])
  })

  it('says what cannot be built with file and line, and leaves nothing behind', async () => {
    const folder = createFolder({ 'lambda.ts': "import './none.js'\nconst = 1\n" })
    const made = bundleFunction(join(folder, 'lambda.ts'))
    await expect(made).rejects.toThrow(/lambda\.ts:2:\d+/)
    await expect(made).rejects.toMatchObject({ name: 'BundleError' })
    expect(bundleFolders()).toEqual([])
  })

  it('keeps watching what cannot be built yet', async () => {
    const folder = createFolder({ 'lambda.ts': 'const = 1\n' })
    const onRebuild = vi.fn<() => void>()
    const onFailure = vi.fn<(error: Error) => void>()
    const { file, problem } = await bundle(join(folder, 'lambda.ts'), { onRebuild, onFailure })
    expect(problem?.message).toMatch(/lambda\.ts:1:\d+/)
    writeFileSync(join(folder, 'lambda.ts'), 'export const handler = (): void => {}\n')
    await vi.waitFor(() => {
      expect(onRebuild).toHaveBeenCalledOnce()
    }, 10_000)
    expect(onFailure).not.toHaveBeenCalled()
    expect(existsSync(file)).toBe(true)
  })
})

describe('BundledFunction', () => {
  it('answers an invocation with what went wrong while it was built', async () => {
    const folder = createFolder({ 'lambda.ts': 'const = 1\n' })
    const fn = new BundledFunction({ kind: 'lambda', file: join(folder, 'lambda.ts') })
    onTestFinished(() => fn.close())
    expect(await fn.invoke({ payload: '{}' })).toMatchObject({
      kind: 'function-error',
      errorType: 'BundleError',
      errorMessage: expect.stringMatching(/lambda\.ts:1:\d+/) as unknown,
    })
  })

  it('runs in its folder of the bundle, and takes that away when it is closed', async () => {
    const folder = createFolder({
      'lambda.ts': `export const handler = async (event: { n: number }): Promise<unknown> =>
  [event.n + 1, process.cwd(), process.env['LAMBDA_TASK_ROOT']]\n`,
    })
    const fn = new BundledFunction({ kind: 'lambda', file: join(folder, 'lambda.ts') })
    onTestFinished(() => fn.close())
    const outcome = await fn.invoke({ payload: '{"n":1}' })
    const [name] = bundleFolders()
    const place = join(temp, name ?? '')
    expect(outcome).toMatchObject({ kind: 'success', payload: JSON.stringify([2, place, place]) })
    await fn.close()
    expect(bundleFolders()).toEqual([])
  })
})

/** Some addon for this machine: the one of a package that the workspace has anyhow. */
function nativeModule(): string {
  const vite = createRequire(import.meta.url).resolve('vite/package.json')
  const rolldown = createRequire(vite).resolve('rolldown')
  const folder = join(
    dirname(rolldown).split('/node_modules/').slice(0, -1).join('/node_modules/'),
    'node_modules/@rolldown',
  )
  for (const name of readdirSync(folder)) {
    const addon = readdirSync(join(folder, name)).find((file) => file.endsWith('.node'))
    if (addon !== undefined) return join(folder, name, addon)
  }
  throw new Error(`No addon below ${folder}`)
}
