import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import {
  BUILD_DEADLINE_MS,
  build,
  createFolder,
  DEADLINE_MS,
  functionOf,
  startCommand,
  textOf,
} from './start-command.js'

beforeAll(build, BUILD_DEADLINE_MS)

describe("local-alb's functions", () => {
  it('are bundled when they are TypeScript, with the packages they import', async () => {
    const cwd = createFolder({
      'src/lambda.ts': `import { greet } from './greet.js'
import legacy from 'legacy'
export const handler = async (event: { path: string }): Promise<unknown> =>
  ({ statusCode: 200, headers: {}, body: greet(event.path) + ' ' + legacy.join('a', 'b') })\n`,
      'src/greet.ts': 'export const greet = (name: string): string => `Hello ${name}`\n',
      // CommonJS, and in need of a module of Node's.
      'node_modules/legacy/package.json': '{ "name": "legacy", "version": "1.0.0" }',
      'node_modules/legacy/index.js':
        "const path = require('path'); module.exports = { join: path.posix.join }\n",
    })
    const command = startCommand(['src/lambda.ts', '--port', '0'], { cwd })
    expect(await textOf(`${await command.url()}/you`)).toBe('Hello /you a/b')
  })

  it('have the timeout of --timeout, and past it the request is answered with 502 and the reason', async () => {
    const cwd = createFolder({
      'lambda.mjs': `export const handler = async ({ path }, context) => {
  if (path === '/slow') await new Promise((resolve) => setTimeout(resolve, 60_000))
  return { statusCode: 200, headers: {}, body: String(context.getRemainingTimeInMillis() <= 1000) }
}\n`,
    })
    const command = startCommand(['lambda.mjs', '--port', '0', '--timeout', '1'], { cwd })
    const url = await command.url()
    expect(await textOf(url)).toBe('true')
    expect((await fetch(`${url}/slow`)).status).toBe(502)
    await command.sees(/502 .*\/slow\n +LambdaUnhandled: .*timed out after 1\.00 seconds/)
    // A new environment has taken the place of the one that was killed.
    expect(await textOf(url)).toBe('true')
  })

  it('have the memory of --memory', async () => {
    const cwd = createFolder({ 'lambda.mjs': functionOf('context.memoryLimitInMB') })
    const command = startCommand(['lambda.mjs', '--port', '0', '--memory', '256'], { cwd })
    expect(await textOf(await command.url())).toBe('256')
  })

  it('are throttled above --concurrency, and not while the first environment starts', async () => {
    const cwd = createFolder({
      'lambda.mjs': `export const handler = async () => {
  console.log('busy')
  await new Promise((resolve) => setTimeout(resolve, 500))
  return { statusCode: 200 }
}\n`,
    })
    const flags = ['--port', '0', '--concurrency', '1']
    const command = startCommand(['lambda.mjs', ...flags], { cwd })
    const url = await command.url()
    // The screen is there before the function is.
    expect((await fetch(url)).status).toBe(200)
    const statuses = await Promise.all([1, 2].map(async () => (await fetch(url)).status))
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 502])
    await command.sees(/LambdaThrottling: .*1\b/)
  })

  it('see the variables of --env-file, the last file first, and none of the command itself', async () => {
    const cwd = createFolder({
      'lambda.mjs': functionOf(
        'JSON.stringify([process.env.ONE, process.env.TWO, process.env.OF_THE_SHELL])',
      ),
      '.env': 'ONE=1\nTWO="two # words"\n',
      'more.env': 'ONE=one\n',
    })
    const flags = ['--port', '0', '--env-file', '.env', '--env-file', 'more.env']
    const env = { OF_THE_SHELL: 'x' }
    const command = startCommand(['lambda.mjs', ...flags], { cwd, env })
    expect(await textOf(await command.url())).toBe('["one","two # words",null]')
  })

  it('have their handler where --handler says', async () => {
    const cwd = createFolder({ 'lambda.mjs': functionOf('"api"').replace('handler', 'api') })
    const command = startCommand(['lambda.mjs', '--port', '0', '--handler', 'api'], { cwd })
    expect(await textOf(await command.url())).toBe('api')
  })

  it('are invoked by health checks with --health-check, with the event of an ALB', async () => {
    const cwd = createFolder({
      'lambda.mjs': `import { appendFileSync } from 'node:fs'
export const handler = async (event) => {
  appendFileSync(process.env.EVENTS, JSON.stringify(event) + '\\n')
  return { statusCode: 200 }
}\n`,
    })
    const events = join(cwd, 'events.jsonl')
    const file = createFolder({ '.env': `EVENTS=${events}\n` })
    const flags = ['--port', '0', '--health-check', '/up', '--env-file', join(file, '.env')]
    const command = startCommand(['lambda.mjs', ...flags], { cwd })
    await command.sees(/function: .*lambda\.mjs is healthy\n/)
    const event: unknown = JSON.parse(readFileSync(events, 'utf8').split('\n')[0] ?? '')
    expect(event).toMatchObject({
      path: '/up',
      headers: { 'user-agent': 'ELB-HealthChecker/2.0' },
      body: '',
    })
  })
})

describe('local-alb --watch', () => {
  it('takes a change with the next request, keeps the old code while the new is broken, and goes on', async () => {
    const cwd = createFolder({
      'src/lambda.ts': `import { text } from './text.js'\n${functionOf('text')}`,
      'src/text.ts': "export const text: string = 'first'\n",
    })
    const write = (text: string): void => {
      writeFileSync(join(cwd, 'src/text.ts'), text)
    }
    const command = startCommand(['src/lambda.ts', '--port', '0', '--watch'], { cwd })
    const url = await command.url()
    expect(await textOf(url)).toBe('first')

    write("export const text: string = 'second'\n")
    await command.sees(/src\/lambda\.ts changed: the next request starts it anew/)
    expect(await textOf(url)).toBe('second')

    write("export const text: string = 'third\n")
    await command.sees(/the old one stays:\n[^]*src\/text\.ts:1:\d+/)
    expect(await textOf(url)).toBe('second')

    write("export const text: string = 'fourth'\n")
    await vi.waitFor(
      async () => {
        expect(await textOf(url)).toBe('fourth')
      },
      { timeout: DEADLINE_MS, interval: 100 },
    )
  })

  it('watches plain JavaScript as well, with the files it imports', async () => {
    const cwd = createFolder({
      'lambda.mjs': `import { text } from './text.mjs'\n${functionOf('text')}`,
      'text.mjs': "export const text = 'first'\n",
    })
    const command = startCommand(['lambda.mjs', '--port', '0', '--watch'], { cwd })
    const url = await command.url()
    expect(await textOf(url)).toBe('first')
    writeFileSync(join(cwd, 'text.mjs'), "export const text = 'second'\n")
    await command.sees(/lambda\.mjs changed/)
    expect(await textOf(url)).toBe('second')
  })

  it('serves a function once it is mended that could not be built at the start', async () => {
    const cwd = createFolder({ 'lambda.ts': 'export const handler = async ( => {}\n' })
    const command = startCommand(['lambda.ts', '--port', '0', '--watch'], { cwd })
    const url = await command.url()
    await command.sees(/lambda\.ts:1:\d+/)
    expect((await fetch(url)).status).toBe(502)
    writeFileSync(join(cwd, 'lambda.ts'), functionOf('"mended"'))
    await vi.waitFor(
      async () => {
        expect(await textOf(url)).toBe('mended')
      },
      { timeout: DEADLINE_MS, interval: 100 },
    )
  })
})
