import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  build,
  BUILD_DEADLINE_MS,
  createFolder,
  runCommand,
  startCommand,
} from '../commands/start-command.js'
import { listening } from './two-sides.js'

beforeAll(build, BUILD_DEADLINE_MS)

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/parity/${name}`, import.meta.url))

/** A function that says in which form it was asked, and fails in one place. */
const FUNCTION = `export const handler = async (event) => {
  const multi = 'multiValueHeaders' in event
  const fields = { 'Content-Type': 'application/json', 'X-Mode': 'one' }
  const headers = multi ? { multiValueHeaders: Object.fromEntries(Object.entries(fields).map(([k, v]) => [k, [v]])) } : { headers: fields }
  if (event.path === '/redirect') return { statusCode: 302, [multi ? 'multiValueHeaders' : 'headers']: { Location: multi ? ['/next'] : '/next' } }
  if (event.path === '/bad') return { statusCode: 200, headers: { a: 1 } }
  const host = multi ? event.multiValueHeaders.host[0] : event.headers.host
  return { statusCode: 200, ...headers, body: JSON.stringify({ path: event.path, host }) }
}\n`

/** The same as a server. */
async function server(mode: string): Promise<string> {
  const started = await listening(
    createServer((request, response) => {
      const path = request.url?.split('?')[0]
      if (path === '/redirect') response.writeHead(302, { location: '/next' }).end()
      else {
        response.setHeader('content-type', 'application/json').setHeader('x-mode', mode)
        response.end(JSON.stringify({ path, host: request.headers.host }))
      }
    }),
  )
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}`
}

describe('local-alb parity', () => {
  it('serves a function by itself and ends with 0 when it answers as the server', async () => {
    const cwd = createFolder({
      'fn.mjs': FUNCTION,
      'list.txt': '/a\n/redirect\n/b\n  Host: shop.example\n',
    })
    const left = await server('one')
    for (const flags of [[], ['--multi-value-headers'], ['--behind-alb', '-m', 'right']]) {
      const args = ['parity', '--from', 'list.txt', '--left', left, '--right', 'fn.mjs', ...flags]
      const { code, stdout, stderr } = await runCommand(args, { cwd })
      expect(stdout).toMatch(/3 requests: 3 the same, 0 differ\n/)
      expect(stdout).toContain(`fn.mjs, ${flags.length > 0 ? 'multi' : 'single'}-value headers`)
      expect(stdout).toMatch(/Folded away: .*1 × location/)
      expect([code, stderr]).toEqual([0, ''])
    }
  })

  it('shows what differs as a table, with what the load balancer refused, and ends with 1', async () => {
    const cwd = createFolder({ 'fn.mjs': FUNCTION, 'list.txt': '/a\n/bad\nPOST /c\n' })
    const left = await server('a longer value')
    const args = ['parity', '-f', 'list.txt', '-l', left, '-r', 'fn.mjs', '--html', 'out.html']
    const { code, stdout, stderr } = await runCommand(args, { cwd })
    expect(stdout.replaceAll(/[\d.]+ ms/g, '# ms').replaceAll(/ +/g, ' ')).toBe(
      `Left ${left}
Right fn.mjs, single-value headers

 # REQUEST STATUS LEFT RIGHT
 1 GET /a 200 # ms # ms
 header x-mode a longer value → one
 2 GET /bad 200 → 502 # ms # ms
 status 200 → 502
 LambdaInvalidResponse: headers["a"] is the number 1; the ALB takes strings only, so send "1"

2 requests: 0 the same, 2 differ
Left out: 1 POST (--unsafe sends them)
Time: median # ms left, # ms right; 95 % within # ms left, # ms right
Folded away: ${/Folded away: (.*)/.exec(stdout)?.[1]}
`,
    )
    expect(stderr).toBe(`Report: ${join(cwd, 'out.html')}\n`)
    expect(code).toBe(1)
    expect(readFileSync(join(cwd, 'out.html'), 'utf8')).toContain('2 of 2 answers differ')
  })

  it('takes a configuration in the place of a side, and --json without anything else on standard output', async () => {
    const cwd = createFolder({
      'fn.mjs': FUNCTION,
      'load-balancer.json': JSON.stringify({
        rules: [
          {
            Conditions: [{ Field: 'path-pattern', Values: ['/fixed'] }],
            Actions: [
              {
                Type: 'fixed-response',
                FixedResponseConfig: { StatusCode: '418', MessageBody: 'tea' },
              },
            ],
          },
          { Actions: [{ Type: 'forward', TargetGroupName: 'only' }] },
        ],
        targets: { only: 'fn.mjs' },
      }),
      'list.txt': '/a\n/fixed\n',
    })
    const left = await server('one')
    const args = ['parity', '-f', 'list.txt', '-l', left, '-c', 'load-balancer.json', '--json']
    const { code, stdout } = await runCommand(args, { cwd })
    expect(JSON.parse(stdout)).toMatchObject({
      right: 'load-balancer.json',
      same: 1,
      comparisons: [{ number: 2, left: { status: 200 }, right: { status: 418 } }],
    })
    expect(code).toBe(1)
  })

  it('puts both sides behind load balancers with HTTPS, so that apps see the same protocol and port', async () => {
    const fields = ['x-forwarded-proto', 'x-forwarded-port', 'x-forwarded-for', 'host']
    const started = await listening(
      createServer((request, response) => {
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify(fields.map((name) => request.headers[name])))
      }),
    )
    const cwd = createFolder({
      'fn.mjs': `export const handler = async ({ headers }) => ({
        statusCode: headers['x-forwarded-proto'] === 'https' && headers['x-forwarded-port'] === '443' ? 200 : 500,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(${JSON.stringify(fields)}.map((name) => headers[name])),
      })\n`,
      'list.txt': '/a\n  Host: shop.example\n',
    })
    const left = `http://127.0.0.1:${(started.address() as AddressInfo).port}`
    const args = ['parity', '-f', 'list.txt', '-l', left, '-r', 'fn.mjs', '--behind-alb', '--https']
    const { code, stdout } = await runCommand(args, { cwd })
    expect(stdout).toContain('1 request: 1 the same')
    expect(code).toBe(0)
  })

  it('plays back what a browser and a load balancer have recorded', async () => {
    const left = await server('one')
    const args = ['parity', '--left', left, '--right', left, '--unsafe']
    const files = ['--from', fixture('browser.har'), '--from', fixture('access.log')]
    const { code, stdout } = await runCommand([...args, ...files])
    expect(stdout).toContain('11 requests: 11 the same, 0 differ')
    expect(code).toBe(0)
  })

  it.each([
    [
      ['--from', 'none.txt', '-l', 'http://127.0.0.1:9', '-r', 'http://127.0.0.1:9'],
      /^local-alb: --from none\.txt: there is no such file\n$/,
    ],
    [
      ['--from', 'list.txt', '-l', 'http://127.0.0.1:9', '-r', 'http://127.0.0.1:9'],
      /local-alb: Nobody listens at the (left|right) side, http:\/\/127\.0\.0\.1:9\. Start it first\n$/,
    ],
    [['--unknown'], /unknown option '--unknown'/],
    [['--port', 'x'], /It must be a whole number/],
    [[], /^local-alb: Give requests: --from/],
  ])('ends with 2 when it could not find out: %j', async (flags, problem) => {
    const cwd = createFolder({ 'list.txt': '/a\n' })
    const { code, stderr } = await runCommand(['parity', ...flags], { cwd })
    expect(stderr).toMatch(problem)
    expect(code).toBe(2)
  })

  it('--help ends with 0', async () => {
    const { code, stdout } = await runCommand(['parity', '--help'])
    expect(stdout).toContain('--ignore-json-path <path>')
    expect(code).toBe(0)
  })

  it('mirrors until Ctrl-C and reports then', async () => {
    const left = await server('one')
    const cwd = createFolder()
    const args = ['parity', '--mirror', '--port', '0', '-l', left, '-r', left, '--html', 'out.html']
    const command = startCommand(args, { cwd })
    const [, url] = await command.sees(/Mirror (http\S+)/)
    await command.sees(/Ctrl-C ends it and reports/)
    expect(await (await fetch(`${url}/a`)).json()).toMatchObject({ path: '/a' })
    expect(await command.interrupt('SIGINT')).toBe(0)
    expect(command.stdout).toContain('1 request: 1 the same, 0 differ')
    expect(existsSync(join(cwd, 'out.html'))).toBe(true)
  })
})
