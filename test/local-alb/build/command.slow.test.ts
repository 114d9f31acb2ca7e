import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { bundleFunction } from '../../../packages/local-alb/src/bundle/function-bundle.js'
import { buildCommand } from '../../../packages/local-alb/src/commands/build-command.js'
import { toMessage } from '../../../packages/local-alb/src/commands/command-error.js'
import { answerOf, build, createProject, handlerOf, installed } from './project.js'

vi.setConfig({ testTimeout: 60_000 })

interface Said {
  readonly out: string
  readonly error: string
  readonly code: number
}

/** What the command says, here without a process of its own. */
async function run(args: readonly string[], cwd: string): Promise<Said> {
  const said = { out: '', error: '' }
  const [here, exitCode] = [process.cwd(), process.exitCode]
  vi.spyOn(console, 'log').mockImplementation((text) => void (said.out += `${String(text)}\n`))
  vi.spyOn(console, 'error').mockImplementation((text) => void (said.error += `${String(text)}\n`))
  const command = buildCommand()
    .exitOverride()
    .configureOutput({ writeErr: (text) => (said.error += text) })
  process.chdir(cwd)
  try {
    await command.parseAsync(args, { from: 'user' })
    return { ...said, code: Number(process.exitCode ?? 0) }
  } catch (error) {
    return { ...said, error: said.error || toMessage(error), code: 1 }
  } finally {
    process.chdir(here)
    process.exitCode = exitCode
    vi.restoreAllMocks()
  }
}

describe('local-alb build', () => {
  it('says what is in it, how large it is, how to configure it, and that it was started', async () => {
    const project = createProject({
      'src/lambda.ts': `import big from 'big'\n${handlerOf('big.length')}`,
      ...installed('big', { 'index.js': `module.exports = '${'x'.repeat(5000)}'\n` }),
    })
    const { out, code } = await run(['src/lambda.ts', '--arch', 'arm64'], project)
    expect(out).toMatch(/^4\.9 kB {2}big@1\.2\.3\n[^]*own code/)
    expect(out).toMatch(/Folder +dist\/lambda, [\d.]+ kB of 250 MB/)
    expect(out).toMatch(/Zip +dist\/lambda\.zip, [\d.]+ \w+ of 50 MB, CodeSha256 [\w+/]{43}=/)
    expect(out).toMatch(/handler index\.handler, runtime nodejs22\.x, architecture arm64/)
    expect(out).toMatch(/NODE_OPTIONS=--enable-source-maps/)
    expect(out).toMatch(/Started +by (aws-lambda-ric|local-alb).* the health check got 200/)
    expect(code).toBe(0)
    expect(existsSync(join(project, 'dist/lambda.zip'))).toBe(true)
    // Over what it made itself.
    expect((await run(['src/lambda.ts', '--no-verify'], project)).out).toMatch(/Started +no/)
  })

  it('ends with exit code 1 when the function does not start, with the line of the source and the log', async () => {
    const project = createProject({
      'src/lambda.ts': "console.warn('first words')\nthrow new Error('no database')\n",
    })
    const missing = await run(['src/lambda.ts'], project)
    expect(missing).toMatchObject({
      code: 1,
      error: expect.stringMatching(/exports nothing/) as unknown,
    })
    writeFileSync(
      join(project, 'src/lambda.ts'),
      `console.warn('first words')\nif (process.pid > 0) throw new Error('no database')\n${handlerOf('1')}`,
    )
    const { error, code } = await run(['src/lambda.ts'], project)
    expect(error).toMatch(/does not work \(Error\):\n +no database\n +at .*src\/lambda\.ts:2:\d+/)
    expect(error).toMatch(/│.* first words/)
    expect(error).toMatch(/Nothing was written\. --no-verify/)
    expect(code).toBe(1)
  })

  it('starts it with the memory and timeout of --memory and --timeout, and says when it needs more', async () => {
    const project = createProject({
      'src/lambda.ts': `const taken = Buffer.alloc(400 * 1024 * 1024, 1)
export const handler = async (_event: unknown, context: { getRemainingTimeInMillis(): number }) => {
  // Resident memory is looked at now and then.
  await new Promise((resolve) => setTimeout(resolve, 2000))
  return { statusCode: taken.length > 0 && context.getRemainingTimeInMillis() > 30_000 ? 200 : 500 }
}\n`,
    })
    const enough = await run(['src/lambda.ts', '--memory', '1024', '--timeout', '60'], project)
    expect(enough.out).toMatch(/the health check got 200/)
    const late = await run(['src/lambda.ts', '--timeout', '1'], project)
    expect(late).toMatchObject({
      code: 1,
      error: expect.stringMatching(/--timeout <seconds>/) as unknown,
    })
    // Other systems have the limits of the heap only.
    if (process.platform !== 'linux') return
    const little = await run(['src/lambda.ts', '--memory', '256'], project)
    expect(little).toMatchObject({
      code: 1,
      error: expect.stringMatching(/Runtime\.OutOfMemory[^]*--memory <MB>/) as unknown,
    })
  })

  it.each([
    [['none.ts'], /none\.ts: there is no such file/],
    [
      ['src/lambda.ts', '--target', 'nodejs18.x'],
      /nodejs18\.x.*nodejs24\.x, nodejs22\.x, nodejs20\.x/,
    ],
    [['src/lambda.ts', '--arch', 'x86'], /x86.*x64, arm64/],
    [['src/lambda.ts', '--asset', 'src:/etc'], /asset src:\/etc.*src:views/],
    [['src/lambda.ts', '--memory', '64'], /--memory.*128 to 10240/],
    [['src/lambda.ts', '--env-file', 'none.env'], /none\.env/],
    [['src/lambda.ts', '--out', 'src'], /--out src: the sources are in it/],
  ])('refuses %j', async (args, message) => {
    const project = createProject({ 'src/lambda.ts': handlerOf('1') })
    const { error, code } = await run(args, project)
    expect(error).toMatch(message)
    expect(code).toBe(1)
  })

  it('warns of a runtime that Lambda makes no new functions with', async () => {
    const project = createProject({ 'src/lambda.ts': handlerOf('1') })
    const { out } = await run(['src/lambda.ts', '--target', 'nodejs20.x', '--no-verify'], project)
    expect(out).toMatch(/warning nodejs20\.x is deprecated.*nodejs24\.x/)
  })
})

describe('local-alb src/lambda.ts', () => {
  const files = {
    'src/lambda.ts': `import { readFileSync } from 'node:fs'
class Named {}
${handlerOf("[readFileSync(new URL('./a.txt', import.meta.url), 'utf8'), new Named().constructor.name]")}`,
    'src/a.txt': 'first',
    'more/b.txt': 'b',
  }

  it('serves the files that a build deploys', async () => {
    const project = createProject(files, { 'local-alb': { assets: ['more'] } })
    const served = await bundleFunction(join(project, 'src/lambda.ts'))
    onTestFinished(() => served.close())
    const { folder } = await build(project, { verify: false })
    const listed = (of: string): string[] =>
      readdirSync(of, { recursive: true, encoding: 'utf8' }).toSorted()
    expect(listed(dirname(served.file))).toEqual(listed(folder))
    expect(listed(folder)).toContain(join('more', 'b.txt'))
    expect(readFileSync(served.file)).toEqual(readFileSync(join(folder, 'index.mjs')))
    expect(await answerOf(dirname(served.file))).toBe('["first","Named"]')
  })

  it('with --watch takes a changed file that is copied', async () => {
    const project = createProject(files)
    const onRebuild = vi.fn<() => void>()
    const watch = { onRebuild, onFailure: vi.fn<(error: Error) => void>() }
    const served = await bundleFunction(join(project, 'src/lambda.ts'), watch)
    onTestFinished(() => served.close())
    expect(await answerOf(dirname(served.file))).toBe('["first","Named"]')
    writeFileSync(join(project, 'src/a.txt'), 'second one')
    await vi.waitFor(() => {
      expect(onRebuild).toHaveBeenCalled()
    }, 30_000)
    expect(await answerOf(dirname(served.file))).toBe('["second one","Named"]')
  })
})
