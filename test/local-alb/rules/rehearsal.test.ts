import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { type Alb, createAlb, createInProcessFunction, readConfiguration } from 'local-alb'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

const CONFIGURATION = fileURLToPath(
  new URL('../../fixtures/load-balancers/shop/load-balancer.json', import.meta.url),
)

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingMessage['headers']
  readonly text: string
}

/** The load balancer of the fixture with real servers, and a function in this process, behind it. */
describe('a load balancer as the AWS CLI describes it', () => {
  const servers: Server[] = []
  let alb: Alb

  async function startServer(name: string): Promise<string> {
    const server = createServer((req, res) => res.end(`${name} ${req.headers.host} ${req.url}`))
    servers.push(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  beforeAll(async () => {
    const { definition, options } = await readConfiguration(CONFIGURATION)
    const shop = [await startServer('shop-1'), await startServer('shop-2')]
    const admin = [await startServer('admin')]
    const fn = createInProcessFunction((event) => {
      const { path, multiValueHeaders } = event as {
        path: string
        multiValueHeaders: Record<string, string[]>
      }
      return { statusCode: 200, body: `function ${multiValueHeaders['host']?.join()} ${path}` }
    })
    alb = createAlb(
      {
        ...definition,
        targetGroups: definition.targetGroups.map((group) => ({
          ...group,
          targets:
            group.type === 'lambda'
              ? [fn]
              : (group.name === 'shop-admin' ? admin : shop).map((url) => ({
                  kind: 'instance',
                  url,
                })),
        })),
      },
      // The names of the fixture are those of port 80.
      { ...options, listenerPort: 80 },
    )
    alb.listen()
    await once(alb, 'listening')
  })

  afterAll(async () => {
    await alb[Symbol.asyncDispose]()
    for (const server of servers) {
      server.closeAllConnections()
      server.close()
    }
  })

  async function ask(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    const request = get(`${alb.url}${path}`, {
      agent: false,
      headers: { Host: 'shop.example.com', ...headers },
    })
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    const text = (await buffer(response)).toString()
    return { status: response.statusCode, headers: response.headers, text }
  }

  it('sends requests where its rules say, with what its transforms make of them', async () => {
    expect((await ask('/x', { 'X-Preview': 'function' })).text).toBe('function shop.example.com /x')
    expect((await ask('/api/v1/users')).text).toBe('function shop.internal /v2/users')
    // Not from the addresses of rule 1.
    expect((await ask('/', { Host: 'admin.shop.example.com' })).text).toMatch(/^(?:shop|function)/)
  })

  it('answers by itself where its rules say so', async () => {
    expect(await ask('/old/a?b=c')).toMatchObject({
      status: 301,
      headers: { location: 'https://shop.example.com:443/new/old/a?b=c' },
    })
    expect(await ask('/x?version=V1')).toMatchObject({ status: 410, text: '{"error":"gone"}' })
  })

  it('shares requests out by the weights, goes round the servers, and sticks to a group', async () => {
    // Evenly spread instead of random: the same in every run.
    let turn = 0
    vi.spyOn(Math, 'random').mockImplementation(() => (++turn * 0.618_033_988_7) % 1)
    const seen = new Map<string, number>()
    for (let count = 0; count < 120; count++) {
      const { text, headers } = await ask('/')
      const name = text.split(' ', 1).join()
      seen.set(name, (seen.get(name) ?? 0) + 1)
      if (count > 0) continue
      const [cookie = ''] = headers['set-cookie'] ?? []
      expect(cookie).toMatch(/^AWSALBTG=/)
      const group = name.replace(/-.*/, '')
      for (let again = 0; again < 20; again++) {
        const stuck = await ask('/', { Cookie: cookie.split(';', 1).join() })
        expect(stuck.text.startsWith(group)).toBe(true)
      }
    }
    const [first = 0, second = 0, fn = 0] = ['shop-1', 'shop-2', 'function'].map((name) =>
      seen.get(name),
    )
    expect(first + second + fn).toBe(120)
    expect(fn).toBeGreaterThan(8)
    expect(fn).toBeLessThan(16)
    expect(Math.abs(first - second)).toBeLessThan(10)
  })
})
