import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { descendantsOf, runningAmong } from '../../helpers/processes.js'
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

describe('local-alb with a function', () => {
  it('shows where it listens, what stands there and where the inspector is, and all of it is true', async () => {
    const cwd = createFolder({ 'dist/lambda.mjs': functionOf('event.path') })
    const command = startCommand(['dist/lambda.mjs', '--port', '0'], { cwd })
    const url = await command.url()
    expect(command.stdout).toMatch(/Target +dist\/lambda\.mjs\n/)
    expect(command.stdout).toMatch(/Mode +single-value headers/)
    expect(command.stdout).toContain(`curl -i ${url}/\n`)
    expect(new URL(url).hostname).toBe('127.0.0.1')
    expect(await textOf(`${url}/orders`)).toBe('/orders')
    const [, inspector] = await command.sees(/Inspector +(\S+)/)
    expect((await fetch(inspector ?? '')).headers.get('content-type')).toContain('text/html')
    expect(command.stderr).toBe('')
  })

  it('writes a line for each request, with its refusal and what the function wrote', async () => {
    const cwd = createFolder({
      'lambda.mjs': `console.log('loading')
export const handler = async ({ path }) => {
  console.log('asked for', path)
  console.warn('two\\nlines')
  return { statusCode: path === '/none' ? 404 : 200, headers: path === '/bad' ? { 'content-length': 22 } : {} }
}\n`,
    })
    const command = startCommand(['lambda.mjs', '--port', '0'], { cwd })
    const url = await command.url()
    for (const path of ['/good?a=1', '/none', '/bad']) await (await fetch(url + path)).text()
    await command.sees(/asked for \/bad\n.*two\n.*lines\n/)
    const lines = command.stdout.slice(command.stdout.indexOf('Ctrl-C')).split('\n').slice(2)
    expect(lines).toEqual([
      expect.stringMatching(/^\d\d:\d\d:\d\d {2}200 {2}GET {5,9}[\d.]+ ms {2}\/good\?a=1$/),
      '          │ loading',
      '          │ asked for /good',
      '          │ WARN two',
      '          │ lines',
      expect.stringMatching(/^\d\d:\d\d:\d\d {2}404 {2}GET {5,9}[\d.]+ ms {2}\/none$/),
      '          │ asked for /none',
      '          │ WARN two',
      '          │ lines',
      expect.stringMatching(/^\d\d:\d\d:\d\d {2}502 {2}GET {5,9}[\d.]+ ms {2}\/bad$/),
      expect.stringMatching(
        /^ {10}LambdaInvalidResponse: headers\["content-length"\] is the number 22/,
      ),
      '          │ asked for /bad',
      '          │ WARN two',
      '          │ lines',
      '',
    ])
  })

  it('writes JSON with --json, a line for each request, and its screen beside it', async () => {
    const cwd = createFolder({
      'lambda.mjs': `export const handler = async ({ path }) => {
  process.stderr.write('hm\\n')
  if (path === '/throw') throw new RangeError('out')
  return { statusCode: 200 }
}\n`,
    })
    const command = startCommand(['lambda.mjs', '--port', '0', '--json', '-m'], { cwd })
    const url = await command.url()
    expect(command.stdout).toBe('')
    await (await fetch(`${url}/a?b=c`)).text()
    await (await fetch(`${url}/throw`, { method: 'POST', body: 'x' })).text()
    await command.sees(/"id":2.*\n/)
    const [first, second, ...more] = command.stdout.trimEnd().split('\n').map(parse)
    expect(more).toEqual([])
    expect(first).toMatchObject({
      id: 1,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown,
      client: '127.0.0.1',
      method: 'GET',
      target: '/a?b=c',
      status: 200,
      durationMs: expect.any(Number) as unknown,
      rule: 'default',
      action: 'forward',
      targetGroup: 'function',
      targetName: expect.stringContaining('lambda.mjs') as unknown,
      mode: 'multi',
      requestId: expect.stringMatching(/^[\da-f-]{36}$/) as unknown,
      coldStart: expect.any(Boolean) as unknown,
    })
    expect(first).not.toHaveProperty('errorReason')
    expect(second).toMatchObject({
      id: 2,
      method: 'POST',
      status: 502,
      errorReason: 'LambdaUnhandled',
      explanation: expect.stringContaining('RangeError: out') as unknown,
    })
    const { logs } = second as { logs: { stream: string; text: string }[] }
    expect(logs.map(({ stream }) => stream)).toContain('platform')
    expect(logs.some(({ stream, text }) => stream === 'stderr' && text.includes('hm'))).toBe(true)
  })

  it('speaks the form of the event that --multi-value-headers says', async () => {
    const cwd = createFolder({
      'lambda.cjs':
        'exports.handler = async (event) => ({ statusCode: 200, headers: {}, multiValueHeaders: {}, body: Object.keys(event).join() })\n',
    })
    const single = startCommand(['lambda.cjs', '--port', '0'], { cwd })
    const multi = startCommand(['lambda.cjs', '--port', '0', '--multi-value-headers'], { cwd })
    const keys = await textOf(await single.url())
    expect(keys).toContain('headers')
    expect(keys).not.toContain('multiValueHeaders')
    expect(await textOf(await multi.url())).toContain('multiValueHeaders')
    expect(multi.stdout).toMatch(/Mode +multi-value headers\n/)
  })

  it('takes attributes and switches with --set', async () => {
    const cwd = createFolder({ 'lambda.mjs': functionOf('JSON.stringify(event.headers)') })
    const flags = ['--set', 'xForwardedFor=preserve', '-s', 'serverHeader=false']
    const command = startCommand(['lambda.mjs', '--port', '0', ...flags], { cwd })
    const response = await fetch(await command.url(), {
      headers: { 'x-forwarded-for': '203.0.113.9' },
    })
    expect(await response.json()).toMatchObject({ 'x-forwarded-for': '203.0.113.9' })
    expect(response.headers.has('server')).toBe(false)
  })

  it('has no inspector with --no-inspector', async () => {
    const cwd = createFolder({ 'lambda.mjs': functionOf('"yes"') })
    const command = startCommand(['lambda.mjs', '--port', '0', '--no-inspector'], { cwd })
    expect(await textOf(await command.url())).toBe('yes')
    expect(command.stdout).toMatch(/Inspector +off\n/)
  })

  it('puts the inspector where --inspector-port says', async () => {
    const port = await freePort()
    const cwd = createFolder({ 'lambda.mjs': functionOf('"yes"') })
    const flags = ['--port', '0', '--inspector-port', String(port)]
    const command = startCommand(['lambda.mjs', ...flags], { cwd })
    await command.url()
    expect(command.stdout).toContain(`http://127.0.0.1:${port}\n`)
    expect((await fetch(`http://127.0.0.1:${port}`)).status).toBe(200)
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'ends with exit code 0 on %s, and no process outlives it, nor a request under way',
    async (signal) => {
      const cwd = createFolder({
        'lambda.ts':
          'export const handler = async (): Promise<unknown> => { console.log("working"); await new Promise(() => { setInterval(() => {}, 1000) }) }\n',
      })
      const temp = createFolder()
      const env = { TMPDIR: temp, TEMP: temp, TMP: temp }
      const command = startCommand(['lambda.ts', '--port', '0', '--json'], { cwd, env })
      const url = await command.url()
      const cut = fetch(url).then(
        () => 'answered',
        () => 'cut',
      )
      const pid = command.child.pid ?? 0
      await vi.waitFor(() => {
        expect(descendantsOf(pid).length).toBeGreaterThan(0)
      }, DEADLINE_MS)
      const started = descendantsOf(pid)
      expect(await command.interrupt(signal)).toBe(0)
      expect(await cut).toBe('cut')
      await vi.waitFor(() => {
        expect(runningAmong(started)).toEqual([])
      }, DEADLINE_MS)
      expect(readdirSync(temp).filter((name) => name.startsWith('local-alb'))).toEqual([])
    },
  )
})

describe('local-alb with a server', () => {
  it('passes requests on, and tells the client who sent them', async () => {
    const server = createServer((req, res) => {
      res.setHeader('x-from', String(req.headers['x-forwarded-for'])).end(req.url)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.close()
      server.closeAllConnections()
    })
    const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const command = startCommand([target, '--port', '0'])
    const response = await fetch(`${await command.url()}/a?b`)
    expect(await response.text()).toBe('/a?b')
    expect(response.headers.get('x-from')).toBe('127.0.0.1')
    expect(command.stdout).toContain(`Target         ${target}\n`)
    expect(command.stdout).not.toContain('Mode')
  })

  it('answers 502 when nothing listens there, and says so', async () => {
    const target = `http://127.0.0.1:${await freePort()}`
    const command = startCommand([target, '--port', '0'])
    expect((await fetch(await command.url())).status).toBe(502)
    expect((await command.sees(/ 502 .*\n +(.*)/))[1]).toContain(target.slice('http://'.length))
  })
})

describe('local-alb --config', () => {
  const rules = [
    {
      Conditions: [{ Field: 'path-pattern', Values: ['/old/*'] }],
      Actions: [{ Type: 'redirect', RedirectConfig: { StatusCode: 'HTTP_301', Path: '/new' } }],
    },
    {
      Actions: [
        {
          Type: 'forward',
          ForwardConfig: {
            TargetGroups: [
              { TargetGroupName: 'blue', Weight: 3 },
              { TargetGroupName: 'green', Weight: 1 },
            ],
          },
        },
      ],
    },
  ]
  const config = JSON.stringify({
    rules,
    targetGroupAttributes: { blue: { 'lambda.multi_value_headers.enabled': true } },
    targets: { blue: 'blue.mjs', green: 'green.mjs' },
  })
  const files = {
    'alb/load-balancer.json': config,
    'alb/blue.mjs': functionOf('"blue"'),
    'alb/green.mjs': functionOf('"green"'),
    'other.mjs': functionOf('"other"'),
  }

  it('shows its target groups with their shares, and follows its rules', async () => {
    const cwd = createFolder(files)
    const flags = ['-c', 'alb/load-balancer.json', '--port', '0']
    const command = startCommand(flags, { cwd })
    const url = await command.url()
    expect(command.stdout).toMatch(
      /Target groups {2}blue {3}alb\/blue\.mjs {3}75 % {2}multi-value headers\n +green {2}alb\/green\.mjs {2}25 % {2}single-value/,
    )
    expect(command.stdout).toMatch(/Rules +1, and the default rule\n/)
    const redirect = await fetch(`${url}/old/x`, { redirect: 'manual' })
    expect(redirect.status).toBe(301)
    expect(['blue', 'green']).toContain(await textOf(url))
    await command.sees(/301 .* redirect {2}\/old\/x {2}rule 1\n/)
    await command.sees(/200 .* (blue|green) +\/( {2}cold start \d+ ms)?\n/)
  })

  it('puts a target in the place of what the file says with --target', async () => {
    const cwd = createFolder(files)
    const flags = ['-t', 'blue=other.mjs', '--target', 'green=other.mjs', '--port', '0']
    const command = startCommand(['-c', 'alb/load-balancer.json', ...flags], { cwd })
    expect(await textOf(await command.url())).toBe('other')
    expect(command.stdout).toMatch(/blue +other\.mjs +75 %/)
    expect(command.stdout).toMatch(/green +other\.mjs +25 %/)
  })

  it('shows what the file has that works otherwise than at AWS', async () => {
    const cwd = createFolder({
      ...files,
      'load-balancer.json': JSON.stringify({
        rules: [{ Actions: [{ Type: 'forward', TargetGroupName: 'only' }], Colour: 'red' }],
        targets: { only: 'other.mjs' },
      }),
    })
    const command = startCommand(['-c', 'load-balancer.json', '--port', '0'], { cwd })
    await command.url()
    expect(command.stdout).toMatch(/Note .*Colour is not known and has no effect/)
  })
})

function parse(line: string): unknown {
  return JSON.parse(line)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
