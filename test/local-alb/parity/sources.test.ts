import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readSources } from '../../../packages/local-alb/src/parity/sources/read-sources.js'
import { folderOf } from './two-sides.js'

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/parity/${name}`, import.meta.url))

/** Reads a file with this content. */
function read(content: string | object, name = 'requests') {
  const folder = folderOf({
    [name]: typeof content === 'string' ? content : JSON.stringify(content),
  })
  return readSources([join(folder, name)])
}

/** What is wrong with a file, without the folder. */
function problemOf(content: string | object, name?: string): string {
  try {
    read(content, name)
  } catch (error) {
    return (error as Error).message.replaceAll(/\S+local-alb-parity-\w+[\\/]?/g, '')
  }
  throw new Error('Nothing was wrong')
}

const har = (...requests: readonly object[]): object => ({
  log: { version: '1.2', entries: requests.map((request) => ({ request })) },
})

const LINE = (request: string, agent = '-', type = 'https'): string =>
  `${type} 2026-11-22T10:00:00.186641Z app/shop/50dc6c495c0c9188 192.0.2.1:2817 10.0.0.1:80 0.086 0.048 0.037 200 200 0 57 "${request}" "${agent}" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop/73e2d6bc24d8a067 "Root=1-58337281-1d84f3d73c47ec4e58577259" "www.shop.example" "-" 1 2026-11-22T10:00:00.364000Z "forward" "-" "-" "10.0.0.1:80" "200" "-" "-" TID_1234`

describe('a list of requests', () => {
  it('has methods, hosts, header fields, and bodies in lines or files', () => {
    const { requests } = readSources([fixture('requests.txt')])
    expect(requests.map(({ method, target }) => `${method} ${target}`)).toEqual([
      'GET /same',
      'GET /json?b=2&a=1',
      'GET /html',
      'POST /orders',
      'PUT /logo',
    ])
    expect(requests[2]?.headers).toEqual([
      ['Host', 'shop.example'],
      ['Accept-Language', 'de'],
      ['X-Name', 'cafÃ©'],
    ])
    expect(requests[2]?.source).toMatch(/requests\.txt:4$/)
    expect(requests[3]?.body?.toString()).toBe('{\n  "item": 1\n}')
    expect(requests[4]?.body).toEqual(readFileSync(fixture('logo.gif')))
    expect(requests[0]?.body).toBe(undefined)
  })

  it('encodes what no request target may have, and nothing else', () => {
    const { requests } = read('/caf%C3%A9/café?q=a+b&r=%zz&"\n')
    expect(requests[0]?.target).toBe('/caf%C3%A9/caf%C3%A9?q=a+b&r=%zz&"')
  })

  it.each([
    ['GET /a\n\nGET', 'requests:3: "GET" is no request; write it as GET /path'],
    ['  Accept: x', 'requests:1: "  Accept: x" is indented but follows no request'],
    ['GET /a b', 'requests:1: "GET /a b" has more than a method and a path'],
    ['GET orders', 'requests:1: "orders" is no path; it must begin with /'],
    ['GET ftp://a/b', 'requests:1: "ftp://a/b" is no path'],
    ['GE(T /', 'requests:1: "GE(T /" is no request'],
    ['CONNECT /a', 'requests:1: CONNECT is for proxies'],
    ['GET /a\n  no field', 'requests:2: "no field" is no header field'],
    ['GET /a\n  X: a\x01b', 'requests:2: the value of X has a character'],
    ['PUT /a\n  < none.bin', 'requests:2: the body\'s file "none.bin" cannot be read (ENOENT)'],
    ['PUT /a\n  > x\n  < none.bin', 'requests:3: a request has one body'],
  ])('%j: %s', (content, problem) => {
    expect(problemOf(content)).toContain(problem)
  })
})

describe('an access log', () => {
  it('of a load balancer is read as it is', () => {
    const { requests } = readSources([fixture('access.log')])
    expect(requests.map(({ method, target }) => `${method} ${target}`)).toEqual([
      'GET /same',
      'GET /json?b=2&a=1',
      'GET /redirect',
      'GET /caf%C3%A9?q=%22x%22',
      'POST /orders',
    ])
    expect(requests[0]?.headers).toEqual([
      ['Host', '127.0.0.1:3905'],
      ['User-Agent', 'check "one"'],
    ])
  })

  it('gives hosts without the port of their scheme, and leaves out what cannot be sent again', () => {
    const { requests, leftOut } = read(
      [
        LINE('GET https://www.shop.example:443/a?b=c HTTP/2.0', 'Mozilla/5.0 (X11; é)', 'h2'),
        LINE('GET http://www.shop.example:80/ HTTP/1.1', '-', 'http'),
        LINE('- http://www.shop.example:80- - ', '-', 'http'),
        LINE('GET wss://www.shop.example:443/live HTTP/1.1', '-', 'wss'),
        '',
      ].join('\n'),
    )
    expect(requests.map(({ target, headers }) => [target, ...headers])).toEqual([
      ['/a?b=c', ['Host', 'www.shop.example'], ['User-Agent', 'Mozilla/5.0 (X11; Ã©)']],
      ['/', ['Host', 'www.shop.example']],
    ])
    expect(Object.fromEntries(leftOut)).toEqual({
      WebSocket: 1,
      'requests that the load balancer could not read': 1,
    })
  })

  it('is unpacked from gzip, and a folder of logs read in order', () => {
    const folder = folderOf({ 'b.log.gz': gzipSync(LINE('GET https://a:443/b HTTP/1.1')) })
    mkdirSync(join(folder, '2026'))
    writeFileSync(join(folder, '2026', 'a.log'), LINE('GET https://a:443/a HTTP/1.1'))
    const { requests } = readSources([folder])
    expect(requests.map(({ target }) => target)).toEqual(['/a', '/b'])
    const name = join(folder, 'b.log.gz')
    writeFileSync(name, gzipSync(LINE('GET https://a:443/b HTTP/1.1')).subarray(0, 60))
    expect(() => readSources([name])).toThrow(/b\.log\.gz is cut short or damaged \(gzip: /)
  })

  it('that has another line names file and line', () => {
    const good = LINE('GET https://a:443/ HTTP/1.1')
    expect(problemOf(`${good}\nhttps 2026-11-22T10:00:00Z app/shop`, 'a.log')).toMatch(
      /^a\.log:2: this is no line of an ALB access log: "https 2026/,
    )
  })
})

describe('a HAR file', () => {
  it('of a browser gives the requests to the first origin, without those whose bodies it does not have', () => {
    const { requests, leftOut } = readSources([fixture('browser.har')])
    expect(requests.map(({ method, target }) => `${method} ${target}`)).toEqual([
      'GET /',
      'GET /style.css',
      'GET /logo.png',
      'GET /api/orders?page=2&sort=name',
      'POST /api/orders',
      'POST /login',
    ])
    expect(requests[4]?.body?.toString()).toBe('{"item":1,"name":"cafÃ©"}')
    expect(requests[5]?.body?.toString()).toBe('user=ann&password=x+y')
    const names = requests[4]?.headers.map(([name]) => name.toLowerCase())
    expect(names).toEqual(expect.arrayContaining(['host', 'content-type', 'user-agent', 'cookie']))
    expect(names).not.toContain('content-length')
    expect(names).not.toContain('connection')
    expect([...leftOut.keys()]).toEqual([
      'POST whose body the HAR file does not have',
      'to http://127.0.0.1:3902 (--origin adds it)',
    ])
    const all = readSources([fixture('browser.har')], { origins: ['*'] })
    expect(all.requests.at(-1)?.target).toBe('/third-party.js')
  })

  it('gives bodies of base64 and of parameters, cookies, and HTTP/2 requests without pseudo-header fields', () => {
    const { requests, leftOut } = read(
      har(
        {
          method: 'POST',
          url: 'https://a.example/up?x=%2F#f',
          headers: [
            { name: ':authority', value: 'a.example' },
            { name: 'x-a', value: 'é' },
          ],
          cookies: [
            { name: 'a', value: '1' },
            { name: 'b', value: '2' },
          ],
          postData: { mimeType: 'application/octet-stream', text: '/wAB', encoding: 'base64' },
        },
        {
          method: 'POST',
          url: 'https://a.example/form',
          headers: [],
          postData: {
            mimeType: 'application/x-www-form-urlencoded',
            params: [
              { name: 'a b', value: 'ü&' },
              { name: 'c', value: 'x%20y' },
            ],
          },
        },
        {
          method: 'POST',
          url: 'https://a.example/file',
          headers: [{ name: 'Content-Type', value: 'multipart/form-data; boundary=old' }],
          postData: {
            mimeType: 'multipart/form-data; boundary=old',
            params: [{ name: 'f', fileName: 'a"b.txt', contentType: 'text/plain', value: 'hello' }],
          },
        },
        { method: 'GET', url: 'wss://a.example/live', headers: [] },
        { method: 'GET', url: 'data:text/plain,x', headers: [] },
      ),
    )
    expect(requests[0]).toMatchObject({
      target: '/up?x=%2F',
      headers: [
        ['Host', 'a.example'],
        ['x-a', 'Ã©'],
        ['Cookie', 'a=1; b=2'],
        ['Content-Type', 'application/octet-stream'],
      ],
      body: Buffer.from([0xff, 0, 1]),
    })
    expect(requests[1]?.body?.toString()).toBe('a%20b=%C3%BC%26&c=x%20y')
    const [, boundary] = /boundary=(\S+)/.exec(requests[2]?.headers.at(-1)?.[1] ?? '') ?? []
    expect(requests[2]?.body?.toString()).toBe(
      `--${boundary}\r\nContent-Disposition: form-data; name="f"; filename="a%22b.txt"\r\nContent-Type: text/plain\r\n\r\nhello\r\n--${boundary}--\r\n`,
    )
    expect(requests[2]?.headers.filter(([name]) => /content-type/i.test(name))).toHaveLength(1)
    expect([...leftOut]).toEqual([
      ['WebSocket', 1],
      ['not over HTTP (data:, blob: and the like)', 1],
    ])
  })

  it.each<[content: string | object, problem: string]>([
    ['{\n "log": {\n', 'a.har is no HAR file: '],
    [{ log: {} }, 'a.har is no HAR file: it has no "log" with "entries"'],
    [{ log: { entries: [{}] } }, 'a.har, entry 1: it has no "request"'],
    [har({ url: 'http://a/' }), 'a.har, entry 1: its request has no "method" (undefined)'],
    [har({ method: 'GET', url: '/a' }), 'a.har, entry 1: its request has no absolute "url" ("/a")'],
    [
      har({ method: 'GET', url: 'http://a/', headers: [{ name: 'a' }] }),
      'a.har, entry 1: "headers" has {"name":"a"}; each needs "name" and "value"',
    ],
    [
      har({ method: 'GET', url: 'http://a/', headers: [{ name: 'a b', value: '' }] }),
      'a.har, entry 1: "a b: " is no header field',
    ],
    [
      har({ method: 'POST', url: 'http://a/', postData: { text: '!!', encoding: 'base64' } }),
      'a.har, entry 1: the text of "postData" is no valid base64',
    ],
  ])('%j: %s', (content, problem) => {
    expect(problemOf(content, 'a.har')).toContain(problem)
  })
})

it('a file that is not there is named', () => {
  expect(() => readSources(['none.har'])).toThrow('--from none.har: there is no such file')
})
