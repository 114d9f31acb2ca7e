import type { Request } from 'express'
import { describe, expect, it } from 'vitest'
import { createHandler, type AlbEvent } from 'express-alb'
import {
  createAlbEvent,
  createHealthCheckEvent,
  createLambdaContext,
  type AlbEventInit,
} from 'express-alb/testing'
import { EXPRESSES_IN_MODES } from '../../helpers/modes.js'
import { lookBothWays, type MakeListener } from '../../helpers/two-ways.js'

/** Everything from which Express apps tell who is asking. */
const identityOf = (message: object): Record<string, unknown> => {
  const req = message as Request
  return {
    ip: req.ip,
    ips: req.ips,
    protocol: req.protocol,
    secure: req.secure,
    hostname: req.hostname,
    host: req.host,
    subdomains: req.subdomains,
    peer: req.socket.remoteAddress,
  }
}

const CLIENT = '203.0.113.7'
const LOAD_BALANCER = '10.0.0.2'

const TRUST: [string, unknown][] = [
  ['off', false],
  ['1 hop', 1],
  ['2 hops', 2],
  ['3 hops', 3],
  ['everybody', true],
  ["'uniquelocal'", 'uniquelocal'],
  ["'loopback'", 'loopback'],
  ["'loopback, linklocal, uniquelocal'", 'loopback, linklocal, uniquelocal'],
  ['the subnet of the load balancer', '10.0.0.0/24'],
  ['another subnet', '10.9.0.0/16'],
  ['subnets of the load balancer and of a proxy', ['10.0.0.0/8', '198.51.100.0/24']],
  ['a function of the address', (address: string) => address === LOAD_BALANCER],
  ['a function of the hop', (_address: string, hop: number) => hop < 2],
]

const REQUESTS: [string, Omit<AlbEventInit, 'mode'>][] = [
  ['a client over HTTPS', {}],
  ['a client over HTTP', { protocol: 'http' }],
  ['a client with an IPv6 address', { clientAddress: '2001:db8::1' }],
  [
    'a client behind a proxy',
    { headers: { 'x-forwarded-for': '192.0.2.1' }, clientAddress: '198.51.100.9' },
  ],
  ['a client that forges an address', { headers: { 'x-forwarded-for': '127.0.0.1' } }],
  ['a client that forges several', { headers: { 'x-forwarded-for': ['10.0.0.5, 10.0.0.6'] } }],
  [
    'a client that forges nonsense',
    { headers: { 'x-forwarded-for': 'unknown, ::ffff:1.2.3.4,,' } },
  ],
  ['a client that forges a host', { headers: { 'x-forwarded-host': 'evil.example' } }],
  [
    'a client that forges a scheme',
    { protocol: 'http', headers: { 'x-forwarded-proto': 'https' } },
  ],
  [
    'a client with X-Real-IP and Forwarded',
    { headers: { 'x-real-ip': '1.1.1.1', forwarded: 'for=1.1.1.1' } },
  ],
  ['a host with a port', { headers: { host: 'shop.example.com:8080' } }],
  ['an IPv6 host', { headers: { host: '[2001:db8::2]:8080' } }],
]

/** As the listener attribute `routing.http.xff_header_processing.mode` = `remove` has it. */
function withoutForwardedFor(event: AlbEvent): AlbEvent {
  const { 'x-forwarded-for': _one, ...headers } = event.headers ?? {}
  const { 'x-forwarded-for': _many, ...multiValueHeaders } = event.multiValueHeaders ?? {}
  return event.headers ? { ...event, headers } : { ...event, multiValueHeaders }
}

/** As `xff_client_port` has it. */
function withClientPort(event: AlbEvent): AlbEvent {
  const value = `${CLIENT}:51234`
  return event.headers
    ? { ...event, headers: { ...event.headers, 'x-forwarded-for': value } }
    : { ...event, multiValueHeaders: { ...event.multiValueHeaders, 'x-forwarded-for': [value] } }
}

describe.each(EXPRESSES_IN_MODES)('$name in $mode-value mode', ({ express, mode }) => {
  const EVENTS: [string, AlbEvent][] = [
    ...REQUESTS.map(([name, init]): [string, AlbEvent] => [
      name,
      createAlbEvent({ ...init, mode }),
    ]),
    ['a load balancer that removes X-Forwarded-For', withoutForwardedFor(createAlbEvent({ mode }))],
    ['a load balancer that adds the client port', withClientPort(createAlbEvent({ mode }))],
    ['a health check', createHealthCheckEvent({ mode })],
  ]

  it.each(TRUST)('with trust proxy %s tells who is asking as on EC2', async (_name, trust) => {
    const around: MakeListener = (last) => express().set('trust proxy', trust).use(last)
    const seen = { adapter: {} as Record<string, unknown>, target: {} as Record<string, unknown> }
    for (const [name, event] of EVENTS) {
      const { adapter, target } = await lookBothWays(event, identityOf, { around })
      seen.adapter[name] = adapter
      seen.target[name] = target
    }
    expect(seen.adapter).toEqual(seen.target)
  })

  it.each(['fd00:ec2::1', '172.31.9.9', '192.0.2.99', '::ffff:10.0.0.1'])(
    'tells who is asking as on EC2 when the load balancer is at %s',
    async (peerAddress) => {
      for (const trust of [false, 1, true, 'uniquelocal', '172.31.0.0/16', 'fd00:ec2::/32']) {
        const { adapter, target } = await lookBothWays(
          createAlbEvent({ mode, headers: { 'x-forwarded-for': '127.0.0.1' } }),
          identityOf,
          {
            around: (last) => express().set('trust proxy', trust).use(last),
            peerAddress,
            handler: { peerAddress },
          },
        )
        expect({ trust, ...adapter }).toEqual({ trust, ...target })
      }
    },
  )

  const ask = async (trust: unknown, init: AlbEventInit): Promise<Record<string, unknown>> => {
    const app = express().set('trust proxy', trust)
    app.use((req, res) => {
      res.send(identityOf(req))
    })
    const { body } = await createHandler(app)(
      createAlbEvent({ ...init, mode }),
      createLambdaContext(),
    )
    return JSON.parse(body) as Record<string, unknown>
  }

  // What a comparison with a server cannot show: that the answers are the ones people rely on.
  it.each([1, 'uniquelocal', '10.0.0.0/8'])(
    'gives the client, unforgeably, with trust proxy %s',
    async (trust) => {
      const seen = await ask(trust, {
        headers: { 'x-forwarded-for': '1.2.3.4' },
        clientAddress: CLIENT,
      })
      expect(seen['ip']).toBe(CLIENT)
    },
  )

  it('gives the load balancer without trust proxy', async () => {
    const seen = await ask(false, { headers: { 'x-forwarded-for': '1.2.3.4' } })
    expect([seen['ip'], seen['ips'], seen['protocol'], seen['secure']]).toEqual([
      LOAD_BALANCER,
      [],
      'http',
      false,
    ])
  })

  it.each([
    ['https', true],
    ['http', false],
  ] as const)(
    'gives the protocol of an %s listener with trust proxy 1',
    async (protocol, secure) => {
      const seen = await ask(1, { protocol })
      expect([seen['protocol'], seen['secure']]).toEqual([protocol, secure])
    },
  )
})
