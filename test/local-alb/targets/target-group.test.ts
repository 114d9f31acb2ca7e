import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { resolveOptions } from '../../../packages/local-alb/src/options.js'
import type {
  HealthCheckDefinition,
  TargetDefinition,
  TargetGroupDefinition,
} from '../../../packages/local-alb/src/rules/definition.js'
import { createInProcessFunction } from '../../../packages/local-alb/src/targets/in-process.js'
import {
  TargetGroup,
  type TargetState,
} from '../../../packages/local-alb/src/targets/target-group.js'
import { within } from '../../helpers/deadline.js'
import { ARN, createForwardedRequest, refusalOf } from '../../helpers/http-request.js'

const DEADLINE_MS = 8000
const CHECK: HealthCheckDefinition = {
  path: '/health?deep=1',
  intervalSeconds: 0.02,
  timeoutSeconds: 5,
  healthyThreshold: 3,
  unhealthyThreshold: 2,
  matcher: '200,210-219',
}

interface Running {
  readonly server: Server
  readonly target: TargetDefinition
  readonly label: string
}

async function start(listener: RequestListener): Promise<Running> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { server, target: { kind: 'instance', url }, label: url }
}

interface Watched {
  readonly group: TargetGroup
  readonly changes: readonly TargetState[]
  /** Waits until that many changes were told. */
  readonly changed: (count: number) => Promise<readonly TargetState[]>
}

/** Runs `work` with a started group; closes the group and the servers, whatever happens. */
async function withGroup(
  {
    servers = [],
    ...definition
  }: Partial<TargetGroupDefinition> & { servers?: readonly Running[] },
  work: (watched: Watched) => Promise<void>,
): Promise<void> {
  const changes: TargetState[] = []
  const group = new TargetGroup(
    {
      arn: ARN,
      name: 'shop',
      type: 'instance',
      multiValueHeaders: false,
      targets: servers.map(({ target }) => target),
      ...definition,
    },
    resolveOptions(),
    (state) => changes.push(state),
  )
  const changed = async (count: number): Promise<readonly TargetState[]> => {
    await vi.waitFor(() => expect(changes.length).toBeGreaterThanOrEqual(count), DEADLINE_MS)
    return changes
  }
  try {
    group.start()
    await work({ group, changes, changed })
  } finally {
    await group.close()
    await group.close()
    for (const { server } of servers) {
      server.closeAllConnections()
      server.close()
    }
  }
}

const labels = (group: TargetGroup, count: number): string[] =>
  Array.from({ length: count }, () => group.pick().label)

describe('a target group without health checks', () => {
  const urls = ['http://127.0.0.1:1', 'http://127.0.0.1:2', 'http://127.0.0.1:3']

  it('goes round its targets', async () => {
    const targets = urls.map((url) => ({ kind: 'instance', url }) as const)
    await withGroup({ targets }, async ({ group }) => {
      expect(labels(group, 6)).toEqual([...urls, ...urls])
      expect(group.states()).toEqual(
        urls.map((target) => ({
          target,
          state: 'unavailable',
          reason: 'Target.HealthCheckDisabled',
          description: 'Health checks are disabled',
        })),
      )
      expect([group.arn, group.name, group.type]).toEqual([ARN, 'shop', 'instance'])
    })
  })

  it('answers with 503 when it has no target, and says which it is', async () => {
    await withGroup({ targets: [] }, async ({ group }) => {
      const refusal = refusalOf(() => group.pick())
      expect(refusal.status).toBe(503)
      expect(refusal.explanation).toContain('"shop"')
      expect(group.states()).toEqual([])
    })
  })

  it('invokes a function in the form that the group has, or that is asked for', async () => {
    const forms: string[][] = []
    const fn = createInProcessFunction((event) => {
      forms.push(Object.keys(event as object).filter((key) => /headers/i.test(key)))
      return { statusCode: 200 }
    })
    await withGroup(
      { type: 'lambda', multiValueHeaders: true, targets: [fn] },
      async ({ group }) => {
        for (const mode of [undefined, 'single', 'multi'] as const) {
          await group.pick(mode).send(createForwardedRequest(), {})
        }
      },
    )
    expect(forms).toEqual([['multiValueHeaders'], ['headers'], ['multiValueHeaders']])
  })
})

describe('health checks of servers', () => {
  it('are requests as a load balancer makes them, each on its own connection', async () => {
    const requests: IncomingMessage[] = []
    const server = await start((req, res) => {
      requests.push(req)
      res.end('up')
    })
    await withGroup({ servers: [server], healthCheck: CHECK }, async () => {
      await vi.waitFor(() => expect(requests.length).toBeGreaterThan(2), DEADLINE_MS)
    })
    const [first] = requests
    expect([first?.method, first?.url]).toEqual(['GET', '/health?deep=1'])
    expect(first?.headers).toEqual({
      host: server.label.replace('http://', ''),
      connection: 'close',
      'user-agent': 'ELB-HealthChecker/2.0',
      'accept-encoding': 'gzip, compressed',
    })
    expect(new Set(requests.map((req) => req.socket)).size).toBe(requests.length)
  })

  it('make a new target healthy with the first success', async () => {
    const server = await start((_req, res) => res.writeHead(215).end())
    const healthCheck = { ...CHECK, intervalSeconds: 300 }
    await withGroup({ servers: [server], healthCheck }, async ({ group, changed }) => {
      expect(group.states()).toEqual([
        {
          target: server.label,
          state: 'initial',
          reason: 'Elb.InitialHealthChecking',
          description: 'Initial health checks in progress',
        },
      ])
      expect(await changed(1)).toEqual([{ target: server.label, state: 'healthy' }])
      expect(group.states()).toEqual([{ target: server.label, state: 'healthy' }])
    })
  })

  it('take a target out after as many failures, and back in after as many successes, as they say', async () => {
    let status = 200
    let sinceChange = 0
    const server = await start((_req, res) => {
      sinceChange++
      res.writeHead(status).end()
    })
    await withGroup({ servers: [server], healthCheck: CHECK }, async ({ group, changed }) => {
      await changed(1)
      status = 209
      sinceChange = 0
      const [, unhealthy] = await changed(2)
      expect(sinceChange).toBeGreaterThanOrEqual(2)
      expect(unhealthy).toEqual({
        target: server.label,
        state: 'unhealthy',
        reason: 'Target.ResponseCodeMismatch',
        description: 'Health checks failed with these codes: [209]; the matcher is 200,210-219',
      })
      status = 200
      sinceChange = 0
      const [, , healthy] = await changed(3)
      expect(sinceChange).toBeGreaterThanOrEqual(3)
      expect(healthy).toEqual({ target: server.label, state: 'healthy' })
      expect(group.states()[0]?.state).toBe('healthy')
    })
  })

  it('do not count failures that a success lies between', async () => {
    let count = 0
    const server = await start((_req, res) => {
      count++
      res.writeHead(count % 2 === 0 ? 500 : 200).end()
    })
    await withGroup({ servers: [server], healthCheck: CHECK }, async ({ changes }) => {
      await vi.waitFor(() => expect(count).toBeGreaterThan(8), DEADLINE_MS)
      expect(changes.map(({ state }) => state)).toEqual(['healthy'])
    })
  })

  it('leave targets that are unhealthy out', async () => {
    const good = await start((_req, res) => res.end())
    const bad = await start((_req, res) => res.writeHead(500).end())
    await withGroup({ servers: [bad, good], healthCheck: CHECK }, async ({ group, changed }) => {
      await changed(2)
      expect(labels(group, 3)).toEqual([good.label, good.label, good.label])
    })
  })

  it('leave none out when none is healthy, nor before anything is known', async () => {
    const servers = [
      await start((_req, res) => res.writeHead(500).end()),
      await start((_req, res) => res.writeHead(500).end()),
    ]
    const all = servers.map(({ label }) => label)
    await withGroup({ servers, healthCheck: CHECK }, async ({ group, changed }) => {
      expect(labels(group, 2)).toEqual(all)
      await changed(2)
      expect(group.states().map(({ state }) => state)).toEqual(['unhealthy', 'unhealthy'])
      expect(labels(group, 4)).toEqual([...all, ...all])
    })
  })

  it.each([
    ['says nothing in time', (): void => {}, 'Target.Timeout', 'timed out after 0.05 s', 0.05],
    [
      'closes the connection',
      (req: IncomingMessage): void => void req.socket.destroy(),
      'Target.FailedHealthChecks',
      'hang up',
      60,
    ],
    [
      'redirects',
      (_req: IncomingMessage, res: Parameters<RequestListener>[1]): void => {
        res.writeHead(302, { Location: '/up' }).end()
      },
      'Target.ResponseCodeMismatch',
      '[302]',
      60,
    ],
  ])('fail for a target that %s', async (_what, listener, reason, description, timeoutSeconds) => {
    const server = await start(listener)
    const healthCheck = { ...CHECK, timeoutSeconds }
    await withGroup({ servers: [server], healthCheck }, async ({ changed }) => {
      const [change] = await changed(1)
      expect(change).toMatchObject({ state: 'unhealthy', reason })
      expect(change?.description).toContain(description)
    })
  })

  it('fail for a target that is not there', async () => {
    const server = await start(() => {})
    server.server.close()
    await once(server.server, 'close')
    await withGroup({ servers: [server], healthCheck: CHECK }, async ({ changed }) => {
      const [change] = await changed(1)
      expect(change).toMatchObject({ state: 'unhealthy', reason: 'Target.FailedHealthChecks' })
      expect(change?.description).toContain('ECONNREFUSED')
    })
  })

  it('do not pile up on a slow target, and end when the group is closed', async () => {
    let underWay = 0
    let most = 0
    let count = 0
    const server = await start((_req, res) => {
      count++
      underWay++
      most = Math.max(most, underWay)
      res.on('finish', () => underWay--)
      // Three intervals.
      globalThis.setTimeout(() => res.end(), 60)
    })
    await withGroup({ servers: [server], healthCheck: CHECK }, async ({ group }) => {
      await vi.waitFor(() => expect(count).toBeGreaterThan(2), DEADLINE_MS)
      expect(most).toBe(1)
      await group.close()
      const before = count
      await setTimeout(100)
      expect(count - before).toBeLessThanOrEqual(1)
    })
  })
})

describe('health checks of functions', () => {
  it.each([
    ['answers', () => ({ statusCode: 200 }), { state: 'healthy' }],
    [
      'answers with another status',
      () => ({ statusCode: 503 }),
      { state: 'unhealthy', reason: 'Target.ResponseCodeMismatch' },
    ],
    [
      'answers with something else',
      () => 'up',
      { state: 'unhealthy', reason: 'Target.ResponseCodeMismatch' },
    ],
    [
      'throws',
      () => {
        throw new Error('no database')
      },
      { state: 'unhealthy', description: expect.stringContaining('no database') },
    ],
    [
      'takes too long',
      () => new Promise(() => {}),
      { state: 'unhealthy', reason: 'Target.Timeout' },
    ],
  ])('invoke it: one that %s', async (what, handler, expected) => {
    const events: unknown[] = []
    const fn = createInProcessFunction(async (event) => {
      events.push(event)
      return handler()
    })
    const healthCheck = { ...CHECK, timeoutSeconds: what === 'takes too long' ? 0.05 : 60 }
    await withGroup({ type: 'lambda', targets: [fn], healthCheck }, async ({ group, changed }) => {
      const [change] = await within(DEADLINE_MS, 'change', changed(1))
      expect(change).toMatchObject(expected)
      // There is no other to send requests to.
      expect(group.pick().kind).toBe('lambda')
    })
    expect(events[0]).toMatchObject({
      httpMethod: 'GET',
      path: '/health',
      queryStringParameters: { deep: '1' },
      headers: { 'user-agent': 'ELB-HealthChecker/2.0' },
    })
  })
})
