import express, { type Request } from 'express'
import { createHandler, getInvocation, type AlbEvent } from 'express-alb'
import { createAlbEvent, createLambdaContext } from 'express-alb/testing'
import { describe, expect, it } from 'vitest'
import { EXPRESSES, MODES } from '../helpers/modes.js'
import { lookBothWays } from '../helpers/two-ways.js'
import { behindAlb, jsonOf } from './behind-alb.js'

/** Headers by which other adapters hand event and context to the app. */
const EVENT_HEADERS = [
  'X-Apigateway-Event',
  'X-Apigateway-Context',
  'X-Amzn-Request-Context',
  'X-Amzn-Lambda-Context',
  'X-Lambda-Event',
  'Lambda-Runtime-Aws-Request-Id',
]

const FORGED = encodeURIComponent(
  JSON.stringify({ requestContext: { elb: { targetGroupArn: 'forged' }, authorizer: 'admin' } }),
)

describe('who is asking', () => {
  it('T1: data of an event in headers is not the event', async () => {
    const app = express().get('/', (req, res) => {
      const invocation = getInvocation()
      res.json({
        event: invocation?.event.requestContext,
        context: invocation?.context,
        members: Object.keys(req),
        asHeader: req.headers['x-apigateway-event'],
      })
    })
    await using alb = behindAlb(app)
    const plain = jsonOf(await alb.get('/')) as Record<string, unknown>
    const attack = EVENT_HEADERS.map((name) => `${name}: ${FORGED}`)
    const seen = jsonOf(await alb.get('/', ...attack)) as Record<string, unknown>
    expect(JSON.stringify(seen['event'])).toMatch(/^{"elb":{"targetGroupArn":"arn:aws:/)
    expect(seen['event']).toEqual(plain['event'])
    expect(JSON.stringify([seen['event'], seen['context']])).not.toContain('forged')
    expect(seen['members']).toEqual(plain['members'])
    // What they are: headers like any other.
    expect(seen['asHeader']).toBe(FORGED)
  })

  const lookAtClient = (message: object): unknown => {
    const { ip, ips, socket, secure, hostname } = message as Request
    const { remoteAddress } = socket
    return { ip, ips, remoteAddress, secure, hostname, authorized: 'authorized' in socket }
  }

  it.each([
    ['nobody', false, '10.0.0.1'],
    ['one hop', 1, '203.0.113.7'],
    ['the subnet of the load balancer', '10.0.0.0/24', '203.0.113.7'],
    ['private addresses', 'uniquelocal', '203.0.113.7'],
  ])(
    'T2: a forged X-Forwarded-For is believed by no app that trusts %s',
    async (_who, trust, ip) => {
      const forged = ['127.0.0.1', '127.0.0.1, 10.0.0.9', '::1, unknown, 192.168.0.1:80']
      for (const [index, value] of forged.entries()) {
        const headers = { 'x-forwarded-for': value }
        for (const { express: make } of EXPRESSES) {
          const mode = MODES[index % 2] ?? 'multi'
          const { adapter, target } = await lookBothWays(
            createAlbEvent({ headers, mode, clientAddress: '203.0.113.7' }),
            lookAtClient,
            { around: (last) => make().set('trust proxy', trust).use(last) as never },
          )
          expect(adapter).toMatchObject({ ip, remoteAddress: '10.0.0.1' })
          expect(adapter).toEqual(target)
        }
      }
    },
  )

  it('T3: X-Forwarded-Proto and -Port are the load balancer’s, whatever the client says', async () => {
    const app = express()
      .set('trust proxy', 1)
      .use((req, res) => {
        res.json([
          req.protocol,
          req.secure,
          req.headers['x-forwarded-port'],
          req.socket.remoteAddress,
        ])
      })
    await using alb = behindAlb(app, {}, { listenerPort: 80 })
    const answer = await alb.get('/', 'X-Forwarded-Proto: https', 'X-Forwarded-Port: 443')
    expect(jsonOf(answer)).toEqual(['http', false, '80', '10.0.0.2'])
  })

  it('T4: headers for a certificate, a login or a host make no connection of their own', async () => {
    const headers = {
      'x-amzn-mtls-clientcert-subject': 'CN=admin',
      'x-amzn-oidc-identity': 'admin',
      'x-forwarded-host': 'evil.example',
      'x-real-ip': '127.0.0.1',
      forwarded: 'for=127.0.0.1;proto=https;host=evil.example',
    }
    for (const [trust, hostname] of [
      [false, 'example.com'],
      // Left to the app, as on EC2: Express believes this one as soon as it trusts any proxy.
      [1, 'evil.example'],
    ]) {
      const { adapter, target } = await lookBothWays(createAlbEvent({ headers }), lookAtClient, {
        around: (last) => express().set('trust proxy', trust).use(last) as never,
      })
      expect(adapter).toMatchObject({ hostname, authorized: false })
      expect(adapter).toEqual(target)
    }
  })

  it('T5: who poses as a health check gets "OK" and nothing of the app', async () => {
    let calls = 0
    const app = express().use((_req, res) => void res.send(`secret ${++calls}`))
    const options = { healthCheck: 'answer' } as const
    await using preserving = behindAlb(app, options, { xForwardedFor: 'preserve' })
    const posing = await preserving.get('/admin', 'User-Agent: ELB-HealthChecker/2.0')
    expect([posing.status, posing.body.toString()]).toEqual([200, 'OK'])
    expect(calls).toBe(0)
    // Where the load balancer appends, as it does by default, it cannot even pose.
    await using appending = behindAlb(app, options)
    const seen = await appending.get('/admin', 'User-Agent: ELB-HealthChecker/2.0')
    expect(seen.body.toString()).toBe('secret 1')
  })
})

/** What a router and a log see of a target. */
const lookAtTarget = (req: object): unknown => {
  const { url, originalUrl, path, query, method } = req as Request
  return { url, originalUrl, path, query, method }
}

describe('what is asked', () => {
  it.each([
    '//evil.example/x',
    '///evil.example',
    '/%5c%5cevil.example',
    '/a%0d%0aSet-Cookie:%20a=b',
    '/%00/../etc/passwd',
    '/..%2f..%2fetc/passwd',
    '/../../etc/passwd',
    '/a;b=c/%2e%2e/admin',
    '/@evil.example',
    '/x?next=//evil.example&then=%0d%0a',
    '/a#/../admin',
    `/${'a'.repeat(15_000)}`,
  ])('T6: the target %.40s reaches the app as it would on EC2, undecoded', async (url) => {
    const { adapter, target } = await lookBothWays(createAlbEvent({ url }), lookAtTarget, {
      around: (last) => express().use(last) as never,
    })
    expect(adapter).toEqual(target)
    expect(adapter).toMatchObject({ originalUrl: url })
  })

  it.each([
    ['http://evil.example/x', '/x'],
    ['http://127.0.0.1:1/', '/'],
    ['HTTPS://user:pw@evil.example/a?b', '/a?b='],
  ])('T6: the target %s asks nobody else: the app gets %s', async (target, url) => {
    await using alb = behindAlb((req, res) => res.end(req.url))
    expect((await alb.get(target)).body.toString()).toBe(url)
  })

  it.each([
    '/a\r\nset-cookie: b',
    '/a b',
    '/a\\b',
    '/a\0b',
    '/a\u001b[2Jb',
    '/a\u2028b',
    '/\ud800',
    '/a"<>^`{|}',
  ])('T6: an event with the path %j gives a target of legal characters', async (path) => {
    const event: AlbEvent = {
      ...createAlbEvent(),
      path,
      queryStringParameters: { 'k\r\n': 'v \u0000', '\ud800': '#"' },
    }
    const handler = createHandler((req, res) => res.end(req.url), { logger: false })
    const { body } = await handler(event, createLambdaContext())
    expect(body).toMatch(/^[!#-;=?-[\]_a-z~]+$/)
    expect(body).toMatch(/^\/.*\?.*=/)
  })

  it.each([
    ['/api/admin', '/admin'],
    ['/api', '/'],
    // Nothing that only looks like the path is taken for it.
    ['/apievil', '/apievil'],
    ['/API/admin', '/API/admin'],
    ['/%61pi/admin', '/%61pi/admin'],
    ['/api%2fadmin', '/api%2fadmin'],
    ['//api/admin', '//api/admin'],
    ['/x/../api/admin', '/x/../api/admin'],
    // And nothing behind it is resolved.
    ['/api/../admin', '/../admin'],
    ['/api/%2e%2e/admin', '/%2e%2e/admin'],
    ['/api//evil.example', '//evil.example'],
    ['/api/api/admin', '/api/admin'],
  ])('T7: basePath takes itself off %s, once, and leaves %s', async (url, left) => {
    const guarded = express()
      .get('/admin', (_req, res) => void res.send('admin'))
      .use((req, res) => void res.send(req.url))
    const handler = createHandler(guarded, { basePath: '/api', logger: false })
    const { body } = await handler(createAlbEvent({ url }), createLambdaContext())
    expect(body).toBe(left === '/admin' ? 'admin' : left)
  })
})

/** What a polluted prototype would show. */
const isPolluted = (): boolean =>
  ['polluted', 'isAdmin', 'status'].some((name) => name in {} || name in Object.create(Object))

const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'hasOwnProperty',
  'toString',
  '__defineGetter__',
]

describe.each(MODES)('names and keys in %s-value mode', (mode) => {
  it('T8: change no prototype and shadow nothing', async () => {
    const app = express()
      .set('query parser', 'extended')
      .use(express.json())
      .use((req, res) => {
        res.json({
          headers: Object.entries(req.headers),
          raw: req.rawHeaders.length,
          prototypes: [req.headers, req.query, req.headersDistinct, req.body as object].map(
            (map) =>
              map === undefined ||
              [Object.prototype, null].includes(Object.getPrototypeOf(map) as null),
          ),
        })
      })
    await using alb = behindAlb(app, {}, { multiValueHeaders: mode === 'multi' })
    const query = KEYS.flatMap((key) => [`${key}=1`, `${key}[polluted]=1`, `a[${key}][isAdmin]=1`])
    const names = [...KEYS, '__PROTO__', ...KEYS].map((key) => `${key}: polluted`)
    const json = '{"__proto__":{"isAdmin":1},"constructor":{"prototype":{"isAdmin":1}}}'
    const head = ['Content-Type: application/json', `Content-Length: ${json.length}`, ...names]
    const answer = await alb.send(
      [`POST /?${query.join('&')} HTTP/1.1`, 'Host: a', ...head, '', json].join('\r\n'),
    )
    expect(answer.status).toBe(200)
    const seen = jsonOf(answer) as { headers: [string, string][]; prototypes: boolean[] }
    expect(seen.prototypes).toEqual([true, true, true, true])
    expect(new Map(seen.headers).get('constructor')).toMatch(/^polluted(, polluted)*$/)
    // Node's own messages have no field of this name either; it stays in rawHeaders.
    expect(new Map(seen.headers).has('__proto__')).toBe(false)
    expect(isPolluted()).toBe(false)
  })

  it('T8: come back as header fields and cookies of these names', async () => {
    const app = express().use((_req, res) => {
      for (const key of KEYS) res.append(key, 'x').cookie(key, 'x')
      res.end()
    })
    await using alb = behindAlb(app, {}, { multiValueHeaders: mode === 'multi' })
    const { status, headers } = await alb.get('/')
    expect(status).toBe(200)
    const names = headers.map(([name]) => name)
    for (const key of KEYS) expect(names).toContain(key)
    const cookies = headers.flatMap(([name, value]) => (/^set-cookie$/i.test(name) ? value : []))
    expect(cookies.toSorted()).toEqual(KEYS.map((key) => `${key}=x; Path=/`).toSorted())
    expect(isPolluted()).toBe(false)
  })
})

describe('how it is framed', () => {
  it('T12: a body’s length is what came, not what a header says of it', async () => {
    const lengths = ['0', '999999', '-1', '5, 6', '0x10', '']
    for (const length of lengths) {
      const chunks: Buffer[] = []
      const handler = createHandler(
        (req, res) => {
          req.on('data', (chunk: Buffer) => chunks.push(chunk))
          req.on('end', () => res.end(req.headers['content-length']))
        },
        { logger: false },
      )
      const headers = { 'content-length': length, 'x-smuggled': '1' }
      const event = { ...createAlbEvent({ method: 'POST', body: 'GET /admin' }), headers }
      expect((await handler(event, createLambdaContext())).body).toBe('10')
      expect(Buffer.concat(chunks).toString()).toBe('GET /admin')
    }
  })
})
