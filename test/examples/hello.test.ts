import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Alb, createAlb, readConfiguration } from 'local-alb'
import { buildAdapter, buildExample, buildLocalAlb } from '../../scripts/build.mjs'
import { within } from '../helpers/deadline.js'
import { MODES } from '../helpers/modes.js'
import { descendantsOf, runningAmong } from '../helpers/processes.js'

const BUILD_DEADLINE_MS = 90_000
const START_DEADLINE_MS = 20_000
const END_DEADLINE_MS = 10_000
/** Both target groups are met in that many requests but for one time in 2^63. */
const MANY = 64

const inExample = (file: string): string =>
  fileURLToPath(new URL(`../../packages/examples/hello/${file}`, import.meta.url))

/** Made by each server for its own connections, or by the load balancer. */
const CONNECTION_FIELDS = new Set(['connection', 'keep-alive', 'date', 'server'])

beforeAll(async () => {
  await Promise.all([buildAdapter(), buildLocalAlb()])
  await buildExample('hello')
}, BUILD_DEADLINE_MS)

interface Answer {
  readonly status: number
  readonly statusText: string
  readonly fields: readonly (readonly [string, string])[]
  readonly body: Buffer
}

async function ask(url: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(url, init)
  return {
    status: response.status,
    statusText: response.statusText,
    fields: [...response.headers].filter(([name]) => !CONNECTION_FIELDS.has(name)),
    body: Buffer.from(await response.arrayBuffer()),
  }
}

const jsonOf = ({ body }: Answer): unknown => JSON.parse(body.toString())

/** The same request by the rule of load-balancer.json that chooses a target group. */
const to = (target: 'server' | 'function', init: RequestInit = {}): RequestInit => ({
  ...init,
  headers: { ...(init.headers as Record<string, string> | undefined), 'x-target': target },
})

const cookiesOf = ({ fields }: Answer): string[] =>
  fields.flatMap(([name, value]) => (name === 'set-cookie' ? value.split('=', 1) : []))

describe.each(MODES)('the hello example behind the load balancer, in %s-value mode', (mode) => {
  let server: Server
  let alb: Alb
  let direct: string

  beforeAll(async () => {
    vi.stubEnv('PORT', '0')
    vi.spyOn(console, 'log').mockReturnValue()
    ;({ server } = await import('../../packages/examples/hello/server.js'))
    if (!server.listening) await once(server, 'listening')
    direct = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const { definition, options, warnings } = await readConfiguration(
      inExample('load-balancer.json'),
      { server: direct },
    )
    expect(warnings).toEqual([])
    const targetGroups = definition.targetGroups.map((group) => ({
      ...group,
      multiValueHeaders: mode === 'multi',
    }))
    alb = createAlb({ ...definition, targetGroups }, options).listen()
    await once(alb, 'listening')
  })

  afterAll(async () => {
    await alb[Symbol.asyncDispose]()
    if (mode !== MODES.at(-1)) return
    server.close()
    server.closeAllConnections()
  })

  const json = { 'content-type': 'application/json' }

  describe.each(['server', 'function'] as const)('through the %s', (target) => {
    it.each<[string, RequestInit]>([
      ['/', {}],
      ['/', { method: 'HEAD' }],
      ['/', { headers: { 'if-none-match': '*' } }],
      ['/pixel.png', {}],
      ['/echo', {}],
      ['/echo?a=b+c&q=100%', {}],
      ['/echo?a=%2F&b=a/b', {}],
      ['/echo', { method: 'POST', headers: json, body: '{"text":"é","list":[1,2]}' }],
      ['/echo', { method: 'POST', headers: json, body: '' }],
      ['/echo', { method: 'DELETE' }],
      ['/nowhere', {}],
      ['//nowhere', {}],
    ])('answers %s %o as the server does alone', async (path, init) => {
      expect(await ask(alb.url + path, to(target, init))).toEqual(await ask(direct + path, init))
    })

    it('answers a chunked upload as the server does alone', async () => {
      // `duplex` is Node's; a browser's types, which tests of the inspector need, do not know it.
      const chunked = { method: 'POST', headers: json, duplex: 'half' }
      const init = (): RequestInit => ({
        ...chunked,
        body: new Blob(['{"a":', '1}']).stream(),
      })
      const answer = await ask(`${alb.url}/echo`, to(target, init()))
      expect(answer).toEqual(await ask(`${direct}/echo`, init()))
      expect(jsonOf(answer)).toMatchObject({ body: { a: 1 } })
    })

    it('answers a body that is not JSON with 400', async () => {
      const init = { method: 'POST', headers: json, body: '{' }
      expect((await ask(`${alb.url}/echo`, to(target, init))).status).toBe(400)
    })

    it('sends a real picture', async () => {
      const { body } = await ask(`${alb.url}/pixel.png`, to(target))
      expect(body.subarray(0, 8)).toEqual(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'))
      expect(body.subarray(-8, -4).toString()).toBe('IEND')
    })

    it('tells the same client, whatever the client claims', async () => {
      const init = to(target, { headers: { 'x-forwarded-for': '203.0.113.9' } })
      expect(jsonOf(await ask(`${alb.url}/whoami`, init))).toMatchObject({
        protocol: 'http',
        hostname: '127.0.0.1',
        ip: expect.stringMatching(/^(::ffff:)?127\.0\.0\.1$/) as unknown,
        peer:
          target === 'function'
            ? '10.0.0.2'
            : (expect.stringMatching(/^(::ffff:)?127\.0\.0\.1$/) as unknown),
      })
    })
  })

  it('sets three cookies: in their order through the server, reversed through the function', async () => {
    const names = ['first', 'second', 'third']
    expect(cookiesOf(await ask(`${alb.url}/cookies`, to('server')))).toEqual(names)
    expect(cookiesOf(await ask(`${alb.url}/cookies`, to('function')))).toEqual(names.toReversed())
  })

  it('hands the function a query by names in order, its values byte for byte', async () => {
    const answer = await ask(`${alb.url}/echo?q=100%&a=b+c`, to('function'))
    expect(jsonOf(answer)).toMatchObject({
      url: '/echo?a=b+c&q=100%',
      query: { q: '100%', a: 'b c' },
    })
  })

  it(`hands the function ${mode === 'multi' ? 'all values' : 'the last value'} of a repeated parameter`, async () => {
    const { query } = jsonOf(await ask(`${alb.url}/echo?a=1&a=2`, to('function'))) as {
      query: unknown
    }
    expect(query).toEqual({ a: mode === 'multi' ? ['1', '2'] : '2' })
    expect(jsonOf(await ask(`${alb.url}/echo?a=1&a=2`, to('server')))).toMatchObject({
      query: { a: ['1', '2'] },
    })
  })

  it('sends a request that does not choose to either of the two', async () => {
    const groups = new Set<string | undefined>()
    alb.on('exchange', ({ targetGroup }) => groups.add(targetGroup?.name))
    for (let i = 0; i < MANY && !(groups.has('server') && groups.has('function')); i++) {
      await ask(alb.url)
    }
    expect(groups).toContain('server')
    expect(groups).toContain('function')
  })
})

describe('npm start', () => {
  interface Started {
    readonly child: ChildProcess
    /** By what stands before them on the screen. */
    readonly urls: ReadonlyMap<string, string>
    readonly screen: readonly string[]
  }

  async function start(port: number): Promise<Started> {
    const child = spawn(process.execPath, [inExample('dist/start.js')], {
      env: { ...process.env, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => {
      child.kill('SIGKILL')
    })
    const screen: string[] = []
    const lines = createInterface(child.stdout)
    const printed = new Promise<void>((resolve) => {
      lines.on('line', (line) => {
        screen.push(line)
        if (line.includes('Ctrl-C')) resolve()
      })
    })
    await within(START_DEADLINE_MS, 'screen', printed)
    const rows = screen.flatMap((line) => {
      const [, name, url] = /^ +([A-Za-z ]+?) +(http:\/\/127\.0\.0\.1:\d+)(?: |$)/.exec(line) ?? []
      return name !== undefined && url !== undefined ? [[name, url] as const] : []
    })
    return { child, urls: new Map(rows), screen }
  }

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'prints where to go, answers there, and leaves nothing behind on %s',
    async (signal) => {
      const { child, urls, screen } = await start(0)
      const alb = urls.get('Load balancer') ?? ''
      const inspector = urls.get('Inspector') ?? ''
      expect([...urls.keys()]).toEqual(['Load balancer', 'server', 'Inspector'])
      expect((await ask(urls.get('server') ?? '')).body.toString()).toBe('Hello')
      // What it tells to try, word for word.
      const commands = screen.filter((line) => line.trim().startsWith('curl '))
      expect(commands).toHaveLength(3)
      expect(commands.every((line) => line.includes(`${alb}/whoami`))).toBe(true)
      for (const [target, peer] of [
        ['server', '127.0.0.1'],
        ['function', '10.0.0.2'],
      ] as const) {
        expect(jsonOf(await ask(`${alb}/whoami`, to(target)))).toMatchObject({ peer })
      }
      const page = await ask(inspector)
      expect(page.status).toBe(200)
      expect(page.body.toString()).toContain('<html')

      const started = descendantsOf(child.pid ?? 0)
      expect(started.length).toBeGreaterThan(0)
      const exit = once(child, 'exit')
      child.kill(signal)
      expect(await within(END_DEADLINE_MS, 'end', exit)).toEqual([0, null])
      await vi.waitFor(() => {
        expect(runningAmong(started)).toEqual([])
      }, END_DEADLINE_MS)
    },
    2 * START_DEADLINE_MS,
  )

  it(
    'makes way for ports in use',
    async () => {
      const first = await start(0)
      const port = Number(new URL(first.urls.get('server') ?? '').port)
      const second = await start(port)
      const ports = [...first.urls.values(), ...second.urls.values()]
      expect(new Set(ports).size).toBe(ports.length)
      const answer = await ask(`${second.urls.get('Load balancer') ?? ''}/`, to('function'))
      expect(answer.body.toString()).toBe('Hello')
    },
    2 * START_DEADLINE_MS,
  )
})
