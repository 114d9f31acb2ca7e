import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  type AlbTarget,
  type CreateAlbOptions,
  createAlb,
  type Exchange,
  toAccessLogLine,
} from 'local-alb'
import { createHttpRequest, HTTPS_443 } from '../../helpers/http-request.js'
import { type Entry, readEntry } from './access-log-entry.js'

const IDENTITY = { loadBalancer: 'app/shop/50dc6c495c0c9188' }

/** The entry of a request that is written as it is given, byte for byte. */
async function entryOf(
  bytes: string,
  target: AlbTarget = () => ({ statusCode: 200 }),
  options: CreateAlbOptions = {},
): Promise<Entry> {
  const alb = createAlb(target, options).listen()
  onTestFinished(() => alb[Symbol.asyncDispose]())
  const over = new Promise<Exchange>((resolve) => {
    alb.on('exchange', (exchange) => {
      if (exchange.endedAt !== undefined) resolve(exchange)
    })
  })
  const socket = connect(alb.address()?.port ?? 0, '127.0.0.1')
  socket.write(bytes, 'latin1')
  const [exchange] = await Promise.all([over, text(socket)])
  return readEntry(toAccessLogLine(exchange, IDENTITY))
}

const get = (target: string, fields = ''): string =>
  `GET ${target} HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n${fields}\r\n`

describe('an entry of the access log', () => {
  it.each([
    ['a quote', '/"%20200%20200', '/\\x22%20200%20200'],
    ['a backslash', '/a\\x22', '/a\\x5Cx22'],
    ['bytes that are not ASCII', '/caf\u00C3\u00A9', '/caf\\xC3\\xA9'],
  ])('keeps %s in a path from ending the field', async (_what, target, shown) => {
    const { request, elb_status_code } = await entryOf(get(target))
    expect(request).toMatch(/^"GET http:\/\/shop\.example:\d+/)
    expect(request).toContain(`${shown} HTTP/1.1"`)
    expect(elb_status_code).toBe('200')
  })

  it.each([
    ['quotes', 'x" 200 200 "', '"x\\x22 200 200 \\x22"'],
    ['a tab', 'a\tb', '"a\\x09b"'],
    ['bytes that are not ASCII', 'caf\u00E9', '"caf\\xE9"'],
    ['nothing', '', '"-"'],
  ])('keeps %s in a user agent from ending the field', async (_what, sent, shown) => {
    expect((await entryOf(get('/', `User-Agent: ${sent}\r\n`))).user_agent).toBe(shown)
  })

  it('keeps a line break in a field from beginning an entry, should one ever get there', () => {
    const request = createHttpRequest({
      target: '/\r\nhttp 2026',
      headers: [['User-Agent', 'a\nb\u2028']],
    })
    const line = toAccessLogLine({ id: 1, request, startedAt: 0, endedAt: 1 }, IDENTITY)
    expect(line).not.toMatch(/[\r\n]/)
    expect(line).toContain('/\\x0D\\x0Ahttp 2026')
  })

  it('says what was refused before the rules', async () => {
    expect(await entryOf(get('/').replace('GET', 'TRACE'))).toMatchObject({
      elb_status_code: '405',
      matched_rule_priority: '-',
      actions_executed: '"-"',
      target_group_arn: '-',
      request_processing_time: '-1',
      target_processing_time: '-1',
      response_processing_time: '-1',
    })
  })

  it('says that nothing of the request could be read', async () => {
    expect(await entryOf('hello\r\n\r\n')).toMatchObject({
      elb_status_code: '400',
      received_bytes: '0',
      request: expect.stringMatching(/^"- http:\/\/localhost:\d+- -"$/) as unknown,
      user_agent: '"-"',
      trace_id: '"-"',
      matched_rule_priority: '-',
    })
  })

  it('says how the request was classified', async () => {
    const both = 'Content-Length: 1\r\nTransfer-Encoding: chunked\r\n'
    const entry = await entryOf(`${get('/', both).replace('GET', 'POST')}0\r\n\r\n`)
    expect(entry.classification).toBe('"Ambiguous"')
    expect(entry.classification_reason).toMatch(/^"[A-Za-z]+"$/)
  })

  it('says where a redirect leads', async () => {
    const entry = await entryOf(get('/a?b'), {
      rules: [
        {
          priority: 'default',
          conditions: [],
          action: {
            type: 'redirect',
            status: 301,
            protocol: 'HTTPS',
            host: '#{host}',
            port: '443',
            path: '/#{path}',
            query: '#{query}',
          },
        },
      ],
      targetGroups: [],
    })
    expect(entry).toMatchObject({
      elb_status_code: '301',
      target_status_code: '-',
      matched_rule_priority: '0',
      actions_executed: '"redirect"',
      redirect_url: '"https://shop.example:443/a?b"',
      target_group_arn: '-',
    })
  })

  it('names a server with its port, and what a rule transformed', async () => {
    const server = createServer((_req, res) => res.writeHead(204).end()).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.close()
      server.closeAllConnections()
    })
    const { port } = server.address() as AddressInfo
    const arn =
      'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop/73e2d6bc24d8a067'
    const action = { type: 'forward', targetGroups: [{ arn, weight: 1 }] } as const
    const entry = await entryOf(get('/old/1'), {
      rules: [
        {
          priority: 7,
          conditions: [{ field: 'path-pattern', values: ['/old/*'], regex: false }],
          action,
          transforms: [
            { type: 'url-rewrite', rewrites: [{ regex: '^/old/(.*)$', replace: '/new/$1' }] },
          ],
        },
        { priority: 'default', conditions: [], action },
      ],
      targetGroups: [
        {
          arn,
          name: 'shop',
          type: 'instance',
          multiValueHeaders: false,
          targets: [{ kind: 'instance', url: `http://127.0.0.1:${port}` }],
        },
      ],
    })
    expect(entry).toMatchObject({
      'target:port': `127.0.0.1:${port}`,
      'target:port_list': `"127.0.0.1:${port}"`,
      target_status_code: '204',
      target_status_code_list: '"204"',
      target_group_arn: arn,
      matched_rule_priority: '7',
      transformed_host: '"-"',
      transformed_uri: '"/new/1"',
      request_transform_status: '"TransformSuccess"',
    })
  })

  it('says what was agreed on for HTTPS and HTTP/2, and the port that stands for the listener', () => {
    const request = createHttpRequest({
      connection: {
        ...HTTPS_443,
        local: { address: '127.0.0.1', port: 8443 },
        tls: { version: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256', serverName: 'shop.example' },
      },
      version: '2.0',
      authority: 'shop.example',
      headers: [],
    })
    const exchange = { id: 1, request, startedAt: 0, endedAt: 1 }
    expect(readEntry(toAccessLogLine(exchange, { ...IDENTITY, listenerPort: 443 }))).toMatchObject({
      type: 'h2',
      ssl_cipher: 'TLS_AES_128_GCM_SHA256',
      ssl_protocol: 'TLSv1.3',
      domain_name: '"shop.example"',
      request: '"GET https://shop.example:443/ HTTP/2.0"',
    })
  })

  it('says 460 of a client that left before the answer', async () => {
    const alb = createAlb(() => new Promise(() => {})).listen()
    onTestFinished(() => alb[Symbol.asyncDispose]())
    const over = new Promise<Exchange>((resolve) => {
      alb.on('exchange', (exchange) => {
        if (exchange.endedAt !== undefined) resolve(exchange)
        else socket.resetAndDestroy()
      })
    })
    const socket = connect(alb.address()?.port ?? 0, '127.0.0.1')
    socket.write(get('/'))
    expect(readEntry(toAccessLogLine(await over, IDENTITY))).toMatchObject({
      elb_status_code: '460',
      target_status_code: '-',
      sent_bytes: '0',
    })
  })
})
