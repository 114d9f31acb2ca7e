import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toCurl } from '../../../packages/local-alb/src/inspector/curl.js'
import { toShellWord } from '../../../packages/local-alb/src/inspector/shell-words.js'
import { within } from '../../helpers/deadline.js'
import { makeRequest, type RequestParts } from './exchanges.js'

function curlFor(parts: RequestParts): string {
  const { body } = parts
  return toCurl({
    id: 1,
    startedAt: 0,
    request: makeRequest(parts),
    ...(body && { requestBody: body }),
  })
}

/** What a shell makes of words: the bytes of each. */
function throughShell(words: readonly string[]): string[] {
  const script = words.map((word) => `printf '%s\\0' ${word}`).join('\n')
  const output = execFileSync('sh', [], { input: Buffer.from(script, 'utf8') })
  return output.toString('latin1').split('\0').slice(0, -1)
}

const byteString = fc
  .uint8Array({ maxLength: 24 })
  .map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 0)).toString('latin1'))

const nasty = [
  ...Array.from('\'"\\$`!\n\r\t %-#~*;&|>(é€'),
  '%s',
  '\\n',
  '$(id)',
  '`id`',
  `'\\''`,
  '{a,b}',
  '😀',
  '\u001B[201~',
  '\u202E',
]

const nastyText = fc
  .array(fc.constantFrom(...nasty), { maxLength: 12 })
  .map((parts) => Buffer.from(parts.join(''), 'utf8').toString('latin1'))

describe('a shell word', () => {
  it('stands for the same bytes in a real shell, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(byteString, nastyText), { minLength: 40, maxLength: 80 }),
        (texts) => {
          expect(throughShell(texts.map(toShellWord))).toEqual(texts)
        },
      ),
      { numRuns: 25 },
    )
  })

  it('is as short as it can be', () => {
    expect(['GET', '/a/b.c', '', 'a b', "it's", 'é'].map((text) => toShellWord(text))).toEqual([
      'GET',
      '/a/b.c',
      "''",
      "'a b'",
      `'it'\\''s'`,
      `"$(printf '\\351')"`,
    ])
  })

  it('holds no character that a terminal would act on when it is pasted', () => {
    fc.assert(
      fc.property(fc.oneof(byteString, nastyText), (text) => {
        // oxlint-disable-next-line no-control-regex -- ESC and its kind are what must not be there
        const active = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E]/
        expect(toShellWord(text)).not.toMatch(active)
      }),
    )
  })
})

describe('copy as curl', () => {
  it('reads like what a person would write', () => {
    const local = { address: '127.0.0.1', port: 8080 }
    expect(
      curlFor({
        method: 'POST',
        target: '/orders?page=2',
        local,
        headers: [
          ['Host', 'localhost:8080'],
          ['User-Agent', 'curl/8.9.1'],
          ['Accept', '*/*'],
          ['Content-Type', 'application/json'],
          ['Content-Length', '10'],
        ],
        body: Buffer.from('{"a":"é"}'),
      }),
    ).toBe(
      [
        "curl -H 'User-Agent: curl/8.9.1' \\",
        "  -H 'Accept: */*' \\",
        "  -H 'Content-Type: application/json' \\",
        `  --data-raw '{"a":"é"}' \\`,
        "  'http://localhost:8080/orders?page=2'",
      ].join('\n'),
    )
  })

  it('names the address and gives the host when the host is not surely this machine', () => {
    const command = curlFor({ headers: [['Host', 'shop.example.com']] })
    expect(command).toContain("-H 'Host: shop.example.com'")
    expect(command).toContain('http://127.0.0.1:8080/')
    expect(curlFor({ local: { address: '::1', port: 81 } })).toContain("'http://[::1]:81/'")
  })

  it('asks for the version that the client used, and takes a certificate made on this machine', () => {
    expect(curlFor({ version: '1.0' })).toContain('--http1.0')
    expect(curlFor({ protocol: 'https' })).toMatch(/--http1\.1 \\\n {2}--insecure/)
    const h2 = curlFor({ protocol: 'https', version: '2.0', authority: 'a.example', headers: [] })
    expect(h2).not.toContain('--http')
    expect(h2).toContain("-H 'Host: a.example'")
  })

  it('keeps a file on disk from being sent: a body that begins with @ is a body', () => {
    expect(curlFor({ method: 'POST', body: Buffer.from('@/etc/passwd') })).toContain(
      '--data-raw @/etc/passwd',
    )
  })

  it('keeps a file on disk from being read by the name of a field', () => {
    expect(curlFor({ headers: [['@/etc/passwd', 'x']] })).not.toContain('passwd')
  })

  it('puts binary bodies through base64', () => {
    expect(curlFor({ method: 'POST', body: Buffer.from([0, 255, 10]) })).toMatch(
      /^printf %s 'AP8K' \| base64 -d \|\ncurl [^]*--data-binary @- /,
    )
  })
})

interface Received {
  readonly line: string
  readonly fields: readonly string[]
  readonly body: Buffer
}

const hasCurl = await new Promise<boolean>((resolve) => {
  spawn('curl', ['--version'], { stdio: 'ignore' })
    .on('error', () => {
      resolve(false)
    })
    .on('exit', (code) => {
      resolve(code === 0)
    })
})
if (!hasCurl) console.log('Skipped: there is no curl in PATH to send the copied commands with.')

describe.skipIf(!hasCurl)('the copied command, run with curl in a shell', () => {
  let server: Server
  let port: number

  beforeAll(async () => {
    server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    ;({ port } = server.address() as AddressInfo)
  })
  afterAll(() => {
    server.close()
  })

  /** The bytes that curl sends; a server that understands nothing but lengths takes them. */
  async function run(parts: RequestParts): Promise<Received> {
    const arrived = new Promise<Received>((resolve) => {
      server.once('connection', (socket: Socket) => {
        let bytes = Buffer.alloc(0)
        socket.on('error', () => undefined)
        socket.on('data', (piece: Buffer) => {
          bytes = Buffer.concat([bytes, piece])
          const received = parse(bytes)
          if (received === undefined) return
          resolve(received)
          socket.end('HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n')
        })
      })
    })
    const command = curlFor({ local: { address: '127.0.0.1', port }, ...parts })
    // A home without a curlrc: nobody's own settings count here.
    const shell = spawn('sh', [], {
      env: { PATH: process.env['PATH'], HOME: '/nowhere', LC_ALL: 'C' },
      stdio: ['pipe', 'ignore', 'pipe'],
    })
    let complaints = ''
    shell.stderr.on('data', (piece: Buffer) => {
      complaints += piece.toString()
    })
    // Through the standard input, as when it is pasted; an argument has its limits.
    shell.stdin.end(`${command}\n`)
    const sent = once(shell, 'close')
    const [received, [code]] = await within(15_000, 'request of curl', Promise.all([arrived, sent]))
    expect(code, complaints).toBe(0)
    return received
  }

  function parse(bytes: Buffer): Received | undefined {
    const end = bytes.indexOf('\r\n\r\n')
    if (end === -1) return undefined
    const [line = '', ...fields] = bytes.toString('latin1', 0, end).split('\r\n')
    const length = Number(
      fields.find((field) => /^content-length:/i.test(field))?.split(':')[1] ?? 0,
    )
    const body = bytes.subarray(end + 4)
    return body.length < length ? undefined : { line, fields, body }
  }

  const own = (): readonly [string, string] => ['Host', `127.0.0.1:${port}`]

  it.each([
    ['/'],
    ['/a?b=1&b=2'],
    ['/a/../b/./c'],
    ['/c[]={x,y}?d[e]=[1-3]'],
    ["/it's?$HOME=`id`&(x)"],
    ['/%2F%zz?%'],
    ['//double'],
    ['/a b"<>\\^`{|}'],
    ['/#fragment?x'],
    [Buffer.from('/grüße?q=日本').toString('latin1')],
    ['/\u00FF\u00FE'],
    ['http://other.example/x'],
    ['*'],
  ])('asks for %s as it was asked for', async (target) => {
    const { line } = await run({ target, headers: [own()] })
    expect(line).toBe(`GET ${target} HTTP/1.1`)
  })

  it('sends the same fields in the same order, and none of its own', async () => {
    const headers: [string, string][] = [
      ['Host', 'shop.example.com'],
      ['X-B', '1'],
      ['x-a', 'it\'s "quoted" $HOME `id` \\'],
      ['X-B', '2'],
      ['X-Empty', ''],
      ['X-Utf8', Buffer.from('grüße').toString('latin1')],
      ['X-Latin1', 'gr\u00FC\u00DFe'],
      ['Cookie', 'a=1; b=2'],
      ['x-at', '@/etc/hostname'],
    ]
    const { fields } = await run({ headers })
    const sent = headers.map(([name, value]) => (value === '' ? `${name}:` : `${name}: ${value}`))
    expect(fields).toEqual(sent)
  })

  it.each(['DELETE', 'PATCH', 'OPTIONS', 'POST', 'M-SEARCH', "it's"])(
    'uses the method %s',
    async (method) => {
      const { line } = await run({ method, headers: [own()] })
      expect(line).toBe(`${method} / HTTP/1.1`)
    },
  )

  it('does not wait for a body after HEAD', async () => {
    expect((await run({ method: 'HEAD', headers: [own()] })).line).toBe('HEAD / HTTP/1.1')
  })

  it.each([
    ['text', Buffer.from('a=1&b=it\'s\n$HOME "x" é € 😀')],
    ['the name of a file', Buffer.from('@/etc/hostname')],
    ['line breaks of multipart', Buffer.from('--b\r\nContent-Type: x\r\n\r\nv\r\n--b--\r\n')],
    ['a terminal escape', Buffer.from('\u001B[201~\nid\n')],
    ['every byte', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
    ['nothing', Buffer.alloc(0)],
    // Of more than 1 MB curl would ask first, with Expect.
    ['more than an argument can hold', Buffer.alloc(1_100_000, 'abc')],
  ])('sends a body: %s', async (_what, body) => {
    const received = await run({ method: 'PUT', headers: [own()], body })
    expect(received.body.equals(body)).toBe(true)
    expect(received.fields).toEqual([`Host: 127.0.0.1:${port}`, `Content-Length: ${body.length}`])
  })
})
