import { once } from 'node:events'
import { mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs'
import { createServer, request as requestHttp, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createAlb, createInspector, toAccessLogLine, type Exchange } from 'local-alb'
import { describe, expect, it, onTestFinished } from 'vitest'
import { checkOut } from '../../packages/local-alb/src/build/out-folder.js'
import { humanLog, jsonLog } from '../../packages/local-alb/src/commands/request-lines.js'
import { Sender } from '../../packages/local-alb/src/parity/sender.js'
import { readSources } from '../../packages/local-alb/src/parity/sources/read-sources.js'
import { RecordWriter } from '../../packages/local-alb/src/register/records.js'
import { parseConfiguration } from '../../packages/local-alb/src/rules/configuration.js'
import { compileWildcard } from '../../packages/local-alb/src/rules/wildcard.js'
import { RuntimeApi } from '../../packages/local-alb/src/runtime-api/api-server.js'
import { createFolder } from '../helpers/folder.js'
import { RawClient } from '../helpers/raw-client.js'
import { readEntry } from '../local-alb/commands/access-log-entry.js'

/** Whether anybody listens there. */
async function isOpen(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port, timeout: 1000 })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

const answerWith =
  (body: string): (() => Promise<object>) =>
  () =>
    Promise.resolve({ statusCode: 200, headers: {}, body })

describe('who reaches a local load balancer', () => {
  it('T28: listens for this machine only, and so do inspector and Runtime API', async () => {
    await using alb = createAlb(answerWith('x')).listen(0)
    const inspector = createInspector(alb)
    const api = new RuntimeApi({ waiting: () => {}, answered: () => {}, initFailed: () => {} })
    onTestFinished(async () => {
      api.close()
      await inspector.close()
    })
    const ports = [
      alb.address()?.port ?? 0,
      (await inspector.listen(0)).port,
      Number((await api.listen()).split(':')[1]),
    ]
    for (const port of ports) {
      expect(await isOpen('127.0.0.1', port)).toBe(true)
      // An address of this machine that is not the one listened on: a program that listens everywhere is there too.
      expect(await isOpen('127.0.0.2', port)).toBe(false)
    }
  })

  it('T29: a request forges no line, neither for the terminal nor in the access log', async () => {
    await using alb = createAlb(answerWith('x')).listen(0)
    const exchanges: Exchange[] = []
    alb.on('exchange', (exchange) => {
      if (exchange.endedAt !== undefined) exchanges.push(exchange)
    })
    const forged = '" 200 "-"\x1b[2J\x1b]0;x\x07\x9b31m\x7f\\'
    const client = await RawClient.connect(alb.address()?.port ?? 0)
    client.write(
      `GET /a${forged} HTTP/1.1\r\nHost: x${forged}\r\nUser-Agent: ${forged}\r\nConnection: close\r\n\r\n`,
    )
    await client.readToEnd()
    const bad = await RawClient.connect(alb.address()?.port ?? 0)
    bad.write(`G${forged}ET /a HTTP/1.1\r\nHost: x\r\n${forged}\r\n\r\n`)
    await bad.readToEnd()
    expect(exchanges.length).toBeGreaterThan(0)
    for (const exchange of exchanges) {
      const lines: string[] = []
      humanLog((line) => lines.push(line), { color: false }).exchange(exchange)
      jsonLog((line) => lines.push(line)).exchange(exchange)
      // oxlint-disable-next-line no-control-regex -- these are the ones to find
      for (const line of lines) expect(line).not.toMatch(/[\u0000-\u0008\u000a-\u001f]/)
      for (const line of lines.slice(0, -1)) expect(line).not.toMatch(/[\u007f-\u009f]/)
      const line = toAccessLogLine(exchange, { loadBalancer: 'app/x/1' })
      expect(readEntry(line).elb).toBe('app/x/1')
    }
  })

  it('T30: no other process and no web page takes an event away, answers it or stops the function', async () => {
    const heard: string[] = []
    const api = new RuntimeApi({
      waiting: () => heard.push('waiting'),
      answered: () => heard.push('answered'),
      initFailed: () => heard.push('failed'),
    })
    onTestFinished(() => {
      api.close()
    })
    const port = Number((await api.listen()).split(':')[1])
    const ask = async (
      method: string,
      path: string,
      headers: Record<string, string>,
    ): Promise<number> => {
      const url = `http://127.0.0.1:${port}/2018-06-01/runtime${path}`
      const outgoing = requestHttp(url, { method, headers, agent: false }).end('{}')
      const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
      incoming.resume()
      return incoming.statusCode ?? 0
    }
    const token = { 'local-alb-token': api.token }
    for (const headers of [
      {},
      { 'local-alb-token': 'guess' },
      { 'local-alb-token': api.token.slice(1) },
    ]) {
      expect(await ask('GET', '/invocation/next', headers as Record<string, string>)).toBe(403)
    }
    for (const claim of [
      { origin: 'http://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { host: `evil.example:${port}` },
    ]) {
      const headers = { ...token, ...claim } as Record<string, string>
      expect(await ask('GET', '/invocation/next', headers)).toBe(403)
      expect(await ask('POST', '/init/error', headers)).toBe(403)
    }
    expect(await ask('POST', '/invocation/guessed/response', {})).toBe(400)
    expect(heard).toEqual([])
  })

  it.each([
    [
      'both lengths',
      'Content-Length: 44\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n',
    ],
    [
      'a hidden coding',
      'Content-Length: 44\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n',
    ],
    [
      'two lengths',
      'Content-Length: 0\r\nContent-Length: 38\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n',
    ],
    [
      'a line end in a name',
      'X: y\nContent-Length : 38\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n',
    ],
    [
      'an extension of a chunk',
      'Transfer-Encoding: chunked\r\n\r\n0;\nGET /smuggled HTTP/1.1\r\n\r\n\r\n',
    ],
    [
      'a field that Connection takes away',
      'Connection: close, X-Forwarded-For, Host, Content-Length\r\nContent-Length: 0\r\n\r\n',
    ],
  ])(
    'T31: %s makes no second request at a server behind it, and takes no field of its own',
    async (_what, rest) => {
      const seen: [string | undefined, boolean][] = []
      const server = createServer((req, res) => {
        seen.push([req.url, req.headers['x-forwarded-for'] !== undefined])
        req.resume().on('end', () => res.end())
      })
      await once(server.listen(0, '127.0.0.1'), 'listening')
      onTestFinished(() => {
        server.closeAllConnections()
        server.close()
      })
      await using alb = createAlb(
        `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      ).listen(0)
      const client = await RawClient.connect(alb.address()?.port ?? 0)
      client.write(`POST /first HTTP/1.1\r\nHost: a\r\n${rest}`)
      await client.read('POST')
      await client.readToEnd()
      // Refused, or one request as it was framed; a second one only where it stands behind the first for everybody.
      expect(seen.length).toBeLessThanOrEqual(1)
      for (const one of seen) expect(one).toEqual(['/first', true])
    },
  )
})

describe('what a local function and local files give away', () => {
  it('T33: what a run leaves for its summary is for the user alone', () => {
    const folder = join(createFolder(), 'run')
    const mask = process.umask(0)
    onTestFinished(() => void process.umask(mask))
    new RecordWriter(folder).add({ type: 'request' } as never)
    const [file = ''] = readdirSync(folder)
    const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)
    if (process.platform !== 'win32') {
      expect([modeOf(folder), modeOf(join(folder, file))]).toEqual(['700', '600'])
    }
  })

  it('T35: a build replaces nothing that no build has made, also behind a link', () => {
    const folder = createFolder({ 'home/thesis.txt': 'x', 'src/lambda.ts': '', file: 'x' })
    const entry = join(folder, 'src/lambda.ts')
    symlinkSync(join(folder, 'home'), join(folder, 'link'))
    mkdirSync(join(folder, 'home/.ssh'))
    for (const out of ['home', 'link', 'src', '.', 'file', '/', 'home/../src', 'link/..']) {
      expect(() => {
        checkOut(join(folder, out), entry)
      }).toThrow(/--out .*The folder is made anew by each build/)
    }
    expect(readdirSync(join(folder, 'home'))).toEqual(['.ssh', 'thesis.txt'])
  })
})

describe('what files of others make the tools do', () => {
  it('T36: recorded requests go to the given side and no other, as one request each', async () => {
    const seen: string[] = []
    const server = createServer((req, res) => {
      seen.push(`${req.method} ${req.url} ${String(req.headers['x-injected'] ?? '')}`.trim())
      res.end()
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const origin = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const urls = [
      'http://evil.example/a',
      'http://evil.example//evil.example/b',
      'http://u:p@evil.example/c#x',
      'http://evil.example/d e\\f',
    ]
    const log = urls.map((url) => accessLogLine(`GET ${url} HTTP/1.1`)).join('\n')
    const files = createFolder({
      'log.txt': log,
      // In a list a blank would end the target, and is an error.
      'list.txt': urls.map((url) => `GET ${url.replace(' ', '')}`).join('\n'),
      'site.har': JSON.stringify({
        log: { entries: urls.map((url) => ({ request: { method: 'GET', url, headers: [] } })) },
      }),
    })
    const { requests } = readSources(
      ['log.txt', 'list.txt', 'site.har'].map((name) => join(files, name)),
    )
    const side = {
      name: 'left',
      label: 'x',
      origin,
      checkCertificate: true,
      refusalOf: () => undefined,
    } as const
    const sender = new Sender(side, { waitSeconds: 5, concurrency: 1 })
    for (const request of requests) await sender.send(request)
    sender.close()
    expect(requests.length).toBeGreaterThanOrEqual(11)
    expect(new Set(seen)).toEqual(
      new Set([
        'GET /a',
        'GET //evil.example/b',
        'GET /c',
        'GET /d',
        'GET /d%20e\\f',
        'GET /de\\f',
      ]),
    )
  })

  it.each([
    ['a value of a header', { headers: [{ name: 'x', value: 'a\r\nX-Injected: 1' }] }],
    ['a name of a header', { headers: [{ name: 'x: y\r\nX-Injected', value: '1' }] }],
    ['the method', { method: 'GET / HTTP/1.1\r\nX-Injected: 1\r\n\r\nGET' }],
  ])('T36: a line end in %s of a HAR file is an error that names its place', (_what, parts) => {
    const request = { method: 'GET', url: 'http://shop.example/', headers: [], ...parts }
    const folder = createFolder({ 'a.har': JSON.stringify({ log: { entries: [{ request }] } }) })
    expect(() => readSources([join(folder, 'a.har')])).toThrow(/a\.har, entry 1/)
  })

  it.each(['__proto__', 'constructor', 'toString'])(
    'T37: %s in a configuration is a name like any other',
    async (key) => {
      const targets = { blue: 'http://127.0.0.1:3000' }
      const defaultRule = [
        {
          Priority: 'default',
          IsDefault: true,
          Conditions: [],
          Actions: [{ Type: 'forward', TargetGroupName: 'blue' }],
        },
      ]
      const attack = (text: string): Promise<unknown> =>
        parseConfiguration(JSON.parse(text) as object, createFolder()).then(
          ({ options }: { readonly options?: unknown }) => options,
          (error: unknown) => error,
        )
      const outcomes = await Promise.all([
        attack(
          JSON.stringify({ targets, rules: defaultRule, attributes: [{ Key: key, Value: 'x' }] }),
        ),
        attack(
          `{"targets":{"blue":"http://127.0.0.1:3000","${key}":"http://127.0.0.1:1"},"${key}":{"polluted":true}}`,
        ),
        attack(
          `{"targets":{"blue":"http://127.0.0.1:3000"},"attributes":{"${key}":{"polluted":true}}}`,
        ),
        attack(
          `{"targets":{"blue":"http://127.0.0.1:3000"},"loadBalancerAttributes":{"Attributes":[{"Key":"${key}","Value":"x"}]}}`,
        ),
      ])
      for (const outcome of outcomes) {
        if (outcome instanceof Error)
          expect([outcome.message, outcome.name]).toEqual([outcome.message, 'ConfigurationError'])
      }
      expect('polluted' in {}).toBe(false)
    },
  )

  it('T38: no path or header of a client makes the wildcards of a rule take long', () => {
    const matches = compileWildcard('*a*a*a*a*b', { ignoreCase: true, escapes: false })
    // With backtracking over every star, this takes longer than anybody waits.
    expect(matches('a'.repeat(16_000))).toBe(false)
    expect(matches(`${'a'.repeat(16_000)}b`)).toBe(true)
  })
})

function accessLogLine(request: string): string {
  return `http 2026-11-22T10:00:00.000000Z app/x/1 1.2.3.4:5 - 0 0 0 200 200 1 1 "${request}" "agent" - - - "-" "-" "-" 0 2026-11-22T10:00:00.000000Z "forward" "-" "-" "-" "-" "-" "-"`
}
