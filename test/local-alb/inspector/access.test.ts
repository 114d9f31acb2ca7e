import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createInspector } from '../../../packages/local-alb/src/inspector/inspector.js'
import { FakeAlb } from './exchanges.js'
import { sendRaw, serveInspector } from './serve-inspector.js'

describe('the inspector answers its own hosts only', () => {
  it.each(['127.0.0.1', 'localhost', '[::1]', 'LOCALHOST'])('%s is one', async (name) => {
    await using served = await serveInspector()
    const headers = { Host: `${name}:${served.port}` }
    expect((await served.ask('/', { headers })).status).toBe(200)
    expect((await served.ask('/api/exchanges/1', { headers })).status).toBe(404)
  })

  it.each([
    ['a name that points here (DNS rebinding)', (port: number) => `evil.example:${port}`],
    ['a name that looks like ours', (port: number) => `localhost.evil.example:${port}`],
    ['an address that is not ours', (port: number) => `192.0.2.7:${port}`],
    ['another port', (port: number) => `127.0.0.1:${port === 1 ? 2 : port - 1}`],
    ['no port', () => '127.0.0.1'],
    ['user info', (port: number) => `127.0.0.1:${port}@evil.example`],
  ])('%s is none', async (_what, host) => {
    await using served = await serveInspector()
    served.alb.exchange()
    for (const path of ['/', '/main.js', '/api/updates', '/api/exchanges/1']) {
      const answer = await served.ask(path, { headers: { Host: host(served.port) } })
      expect([path, answer.status]).toEqual([path, 403])
      expect(answer.text).toContain('allowedHosts')
    }
  })

  it('a request without a host is refused', async () => {
    await using served = await serveInspector()
    expect(await sendRaw(served.port, 'GET /api/exchanges/1 HTTP/1.0\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 403 /,
    )
  })

  it('takes any address but no name when it listens everywhere', async () => {
    await using served = await serveInspector({}, '0.0.0.0')
    const statusFor = async (host: string): Promise<number> =>
      (await served.ask('/', { headers: { Host: `${host}:${served.port}` } })).status
    expect(await statusFor('192.0.2.7')).toBe(200)
    expect(await statusFor('[2001:db8::7]')).toBe(200)
    expect(await statusFor('evil.example')).toBe(403)
    expect(await statusFor('192.0.2.7.evil.example')).toBe(403)
    expect(served.inspector.url).toBe(`http://127.0.0.1:${served.port}`)
  })

  it('takes the hosts it was told to allow, as they are', async () => {
    await using served = await serveInspector({ allowedHosts: ['my-machine:19000'] })
    expect((await served.ask('/', { headers: { Host: 'my-machine:19000' } })).status).toBe(200)
    expect((await served.ask('/', { headers: { Host: 'my-machine:19001' } })).status).toBe(403)
  })
})

describe('other sites', () => {
  it.each(['cross-site', 'same-site'])(
    'cannot load data (%s), but may link to the page',
    async (site) => {
      await using served = await serveInspector()
      served.alb.exchange()
      const headers = { Host: `127.0.0.1:${served.port}`, 'Sec-Fetch-Site': site }
      expect((await served.ask('/', { headers })).status).toBe(200)
      for (const path of ['/api/exchanges/1', '/api/updates', '/api/exchanges/1/event.json']) {
        expect((await served.ask(path, { headers })).status).toBe(403)
      }
    },
  )

  it.each([
    ['without our header', {}],
    ['of another origin', { 'X-Inspector': '1', Origin: 'http://evil.example' }],
    ['of an opaque origin', { 'X-Inspector': '1', Origin: 'null' }],
    ['of another port', { 'X-Inspector': '1', Origin: 'http://127.0.0.1:1' }],
    ['that the browser calls cross-site', { 'X-Inspector': '1', 'Sec-Fetch-Site': 'cross-site' }],
    ['that the browser calls same-site', { 'X-Inspector': '1', 'Sec-Fetch-Site': 'same-site' }],
  ])('cannot send commands: one %s is refused and does nothing', async (_what, claims) => {
    await using served = await serveInspector()
    served.alb.exchange()
    const headers = { Host: `127.0.0.1:${served.port}`, ...claims }
    for (const path of ['/api/exchanges/1/replay', '/api/clear']) {
      expect((await served.ask(path, { method: 'POST', headers })).status).toBe(403)
    }
    expect(served.alb.replayed).toEqual([])
    expect((await served.ask('/api/exchanges/1')).status).toBe(200)
  })

  it('cannot ask by a preflight either: nothing allows their origin', async () => {
    await using served = await serveInspector()
    const answer = await served.ask('/api/clear', {
      method: 'OPTIONS',
      headers: {
        Host: `127.0.0.1:${served.port}`,
        Origin: 'http://evil.example',
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'x-inspector',
      },
    })
    expect(answer.status).toBe(403)
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual(
      [],
    )
  })

  it('cannot make the browser do something by a link: commands are POST only', async () => {
    await using served = await serveInspector()
    served.alb.exchange()
    const answer = await served.ask('/api/exchanges/1/replay')
    expect([answer.status, answer.headers.allow]).toEqual([405, 'POST'])
    expect(served.alb.replayed).toEqual([])
  })
})

describe('every answer', () => {
  it.each(['/', '/style.css', '/main.js', '/api/exchanges/1', '/api/exchanges/9', '/nothing'])(
    '%s keeps the page in its cage',
    async (path) => {
      await using served = await serveInspector()
      served.alb.exchange()
      const { headers } = await served.ask(path)
      const csp = headers['content-security-policy']
      for (const rule of [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
      ]) {
        expect(String(csp).split('; ')).toContain(rule)
      }
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
      })
    },
  )

  it.each([
    '/../inspector.ts',
    '/..%2finspector.ts',
    '/%2e%2e/inspector.ts',
    '//etc/passwd',
    '/page/index.html',
    '/./main.js',
    'http://127.0.0.1/main.js',
  ])('%s is not found: paths never reach the disk', async (path) => {
    await using served = await serveInspector()
    expect((await served.ask(path)).status).toBe(404)
  })

  it.each([
    '/api/exchanges/',
    '/api/exchanges/x',
    '/api/exchanges/-1',
    '/api/exchanges/1e3',
    '/api',
  ])('%s is an error that can be read', async (path) => {
    await using served = await serveInspector()
    const answer = await served.ask(path)
    expect(answer.status).toBe(404)
    expect(JSON.parse(answer.text)).toEqual({ error: expect.stringMatching(/nothing at/) })
  })

  it('to HEAD is one without a body, and never a stream without an end', async () => {
    await using served = await serveInspector()
    const page = await served.ask('/', {
      method: 'HEAD',
      headers: { Host: `127.0.0.1:${served.port}` },
    })
    expect([page.status, page.body.length]).toEqual([200, 0])
    const updates = await served.ask('/api/updates', {
      method: 'HEAD',
      headers: { Host: `127.0.0.1:${served.port}` },
    })
    expect([updates.status, updates.headers.allow]).toEqual([405, 'GET'])
  })

  it('serves the page with the types that browsers insist on', async () => {
    await using served = await serveInspector()
    const typeOf = async (path: string): Promise<string | undefined> =>
      (await served.ask(path)).headers['content-type']
    expect(await typeOf('/')).toBe('text/html; charset=utf-8')
    expect(await typeOf('/main.js')).toBe('text/javascript; charset=utf-8')
    expect(await typeOf('/style.css')).toBe('text/css; charset=utf-8')
    expect(await typeOf('/icon.svg')).toBe('image/svg+xml')
  })
})

describe('the server', () => {
  it('goes on after requests that are none', async () => {
    await using served = await serveInspector()
    for (const garbage of [
      '\u0000\u0001\u0002\r\n\r\n',
      'GET\r\n\r\n',
      `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(100_000)}\r\n\r\n`,
      'POST /api/clear HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n',
    ]) {
      await sendRaw(served.port, garbage)
    }
    expect((await served.ask('/')).status).toBe(200)
  })

  it('ends by close, with pages connected, and twice', async () => {
    const served = await serveInspector()
    const waiting = sendRaw(
      served.port,
      `GET /api/updates HTTP/1.1\r\nHost: 127.0.0.1:${served.port}\r\n\r\n`,
    )
    await served.ask('/')
    await served.inspector.close()
    await served.inspector.close()
    expect(await waiting).toContain('text/event-stream')
    expect(served.inspector.url).toBe(undefined)
    expect(served.alb.listenerCount('exchange')).toBe(0)
    await expect(served.inspector.listen(0)).rejects.toThrow('closed; make another')
  })

  it('says what to do when the port is in use', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => {
      other.listen(0, '127.0.0.1', resolve)
    })
    try {
      const address = other.address()
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0
      const inspector = createInspector(new FakeAlb())
      await expect(inspector.listen(port)).rejects.toMatchObject({
        code: 'EADDRINUSE',
        message: `The inspector cannot listen on 127.0.0.1:${port}: the port is in use. Choose another port, or 0 for any free one.`,
      })
      // The caller may try another.
      await inspector.listen(0)
      await inspector.close()
    } finally {
      other.close()
    }
  })

  it.each([
    [{ keep: 0 }, 'Option keep of the inspector is 0; give a whole number, from 1 to 100000'],
    [{ keep: 1.5 }, 'Option keep of the inspector is 1.5'],
    [{ keepBytes: -1 }, 'Option keepBytes of the inspector is -1; give a whole number, 0 or more'],
  ])('refuses %j', (options, message) => {
    expect(() => createInspector(new FakeAlb(), options)).toThrow(message)
  })
})
