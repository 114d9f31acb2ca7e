import { connect as connectHttp2 } from 'node:http2'
import { request } from 'node:https'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import type { TLSSocket } from 'node:tls'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import {
  BUILD_DEADLINE_MS,
  build,
  createFolder,
  functionOf,
  startCommand,
} from './start-command.js'

beforeAll(build, BUILD_DEADLINE_MS)

/** What the function was told. */
const HEADERS = 'JSON.stringify(event.headers)'

describe('local-alb --https', () => {
  it('answers HTTP/2 and HTTP/1.1 on one port, with a certificate for this machine', async () => {
    const cwd = createFolder({ 'lambda.mjs': functionOf(HEADERS) })
    const command = startCommand(['lambda.mjs', '--port', '0', '--https'], { cwd })
    const url = await command.url()
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/)
    expect(command.stdout).toContain(`curl -i -k ${url}/\n`)
    const { port } = new URL(url)

    const session = connectHttp2(url, { rejectUnauthorized: false })
    onTestFinished(() => session.destroy())
    const stream = session.request({ ':path': '/two', cookie: ['a=1', 'b=2'] })
    const [head] = (await once(stream, 'response')) as [Record<string, unknown>]
    expect(head).toMatchObject({ ':status': 200, 'content-type': 'text/plain' })
    expect(session.alpnProtocol).toBe('h2')
    expect(JSON.parse(await text(stream))).toMatchObject({
      cookie: 'a=1; b=2',
      'x-forwarded-proto': 'https',
      'x-forwarded-port': port,
    })

    const sent = request(url, { rejectUnauthorized: false }).end()
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    expect(answer.httpVersion).toBe('1.1')
    const certificate = (answer.socket as TLSSocket).getPeerCertificate()
    expect(certificate.subjectaltname).toContain('IP Address:127.0.0.1')
    expect(certificate.subjectaltname).toContain('DNS:localhost')
    expect(JSON.parse(await text(answer))).toMatchObject({ 'x-forwarded-proto': 'https' })
  })
})
