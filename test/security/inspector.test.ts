import { describe, expect, it } from 'vitest'
import { sendRaw, serveInspector } from '../local-alb/inspector/serve-inspector.js'

const SECRET = 'session=hunter2'

/** What the inspector answers to a request of these lines, with an exchange in its history that holds a secret. */
async function attack(
  request: (port: number) => readonly string[],
): Promise<{ readonly answer: string; readonly isUnharmed: boolean }> {
  await using served = await serveInspector()
  served.alb.exchange({ request: { target: '/account', headers: [['Cookie', SECRET]] } })
  const lines = [...request(served.port), 'Connection: close', '', '']
  const answer = await sendRaw(served.port, lines.join('\r\n'))
  const isStillThere = (await served.ask('/api/exchanges/1')).status === 200
  return { answer, isUnharmed: isStillThere && served.alb.replayed.length === 0 }
}

describe('the inspector', () => {
  it.each([
    ['a name of the attacker', (port: number) => `evil.example:${port}`],
    ['a name that begins as ours', (port: number) => `localhost.evil.example:${port}`],
    ['a name that ends as ours', (port: number) => `evil.localhost:${port}`],
    ['an address in a name', (port: number) => `127.0.0.1.evil.example:${port}`],
    ['another spelling of the address', (port: number) => `2130706433:${port}`],
    ['no host', () => ''],
  ])('T24: does not answer to %s that points here (DNS rebinding)', async (_what, host) => {
    for (const path of ['/', '/api/updates', '/api/exchanges/1', '/api/exchanges/1/event.json']) {
      const { answer } = await attack((port) => [`GET ${path} HTTP/1.1`, `Host: ${host(port)}`])
      expect(answer).toMatch(/^HTTP\/1\.1 403 /)
      expect(answer).not.toContain('hunter2')
    }
  })

  it.each([
    ['a form', ['Origin: http://evil.example', 'Content-Type: application/x-www-form-urlencoded']],
    ['a form of a local file or a sandboxed frame', ['Origin: null', 'X-Inspector: 1']],
    ['a script of another port', ['Origin: http://127.0.0.1:1', 'X-Inspector: 1']],
    ['a script of another site', ['Sec-Fetch-Site: cross-site', 'X-Inspector: 1']],
    ['a script of a sister site', ['Sec-Fetch-Site: same-site', 'X-Inspector: 1']],
    ['a beacon', ['Content-Type: text/plain']],
  ])('T25: takes no command from %s', async (_what, lines) => {
    for (const path of [
      '/api/clear',
      '/api/exchanges/1/replay',
      '/api/exchanges/1/replay?mode=multi',
    ]) {
      const { answer, isUnharmed } = await attack((port) => [
        `POST ${path} HTTP/1.1`,
        `Host: 127.0.0.1:${port}`,
        'Content-Length: 0',
        ...lines,
      ])
      expect(answer).toMatch(/^HTTP\/1\.1 403 /)
      expect(isUnharmed).toBe(true)
    }
  })

  it('T25: lets no other site read, neither by a preflight nor by a stream of events', async () => {
    const asked = await Promise.all([
      attack((port) => [
        'OPTIONS /api/exchanges/1 HTTP/1.1',
        `Host: 127.0.0.1:${port}`,
        'Origin: http://evil.example',
        'Access-Control-Request-Method: GET',
        'Access-Control-Request-Private-Network: true',
      ]),
      ...['/api/exchanges/1', '/api/updates'].map((path) =>
        attack((port) => [
          `GET ${path} HTTP/1.1`,
          `Host: 127.0.0.1:${port}`,
          'Origin: http://evil.example',
          'Sec-Fetch-Site: cross-site',
        ]),
      ),
    ])
    for (const { answer } of asked) {
      expect(answer).toMatch(/^HTTP\/1\.1 403 /)
      expect(answer).not.toMatch(/access-control|hunter2/i)
    }
  })

  it('T26: gives out what it keeps as data and never as a document', async () => {
    await using served = await serveInspector()
    const body = Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/><script>alert(1)</script>',
    )
    const headers = [['Content-Type', 'image/svg+xml']] as const
    served.alb.exchange({
      request: { method: 'POST', target: '/"\r\nx: y<script>', headers, body },
      response: { status: 200, reason: '', headers, body },
    })
    for (const part of ['', '/event.json', '/result.json', '/request-body', '/response-body']) {
      const answer = await served.ask(`/api/exchanges/1${part}`)
      expect([part, answer.status]).toEqual([part, 200])
      expect(answer.headers['content-type']).toMatch(/^application\/(json|octet-stream)/)
      expect(answer.headers['x-content-type-options']).toBe('nosniff')
      expect(answer.headers['content-security-policy']).toMatch(
        /^default-src 'none'; script-src 'self'.*frame-ancestors 'none'.*require-trusted-types-for 'script'/,
      )
      if (part !== '') {
        expect(answer.headers['content-disposition']).toMatch(/^attachment; filename="[\w.-]+"$/)
      }
    }
    for (const part of ['request-image', 'response-image']) {
      expect((await served.ask(`/api/exchanges/1/${part}`)).status).toBe(404)
    }
    const page = (await served.ask('/')).text
    expect(page).not.toMatch(/<script>|onload=|javascript:/)
  })

  it('T26: serves its own few files only, whatever the path', async () => {
    for (const path of [
      '/../package.json',
      '/%2e%2e/guard.js',
      '/..%2f..%2findex.js',
      '//etc/passwd',
      '/page/../../alb.js',
    ]) {
      const { answer } = await attack((port) => [`GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`])
      expect(answer).toMatch(/^HTTP\/1\.1 404 /)
    }
  })
})
