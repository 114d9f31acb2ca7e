import { describe, expect, it } from 'vitest'
import { exchange, RawClient, statusesIn } from './raw-client.js'
import { startListener } from './start-listener.js'

const fields = 'Host: a\r\n'

describe('an HTTP/1.x request that is refused', () => {
  it.each([
    ['a request line that is none', 'hello\r\n\r\n', 400],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\r\n\r\n', 400],
    ['no version', 'GET /\r\n\r\n', 400],
    ['HTTP/2 without TLS', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
    ['an unknown version', `GET / HTTP/3.1\r\n${fields}\r\n`, 505],
    ['HTTP/1.1 without Host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['TRACE', `TRACE / HTTP/1.1\r\n${fields}Connection: close\r\n\r\n`, 405],
    ['OPTIONS *', `OPTIONS * HTTP/1.1\r\n${fields}\r\n`, 400],
    ['CONNECT', `CONNECT a:443 HTTP/1.1\r\n${fields}\r\n`, 400],
    ['a header line without a colon', `GET / HTTP/1.1\r\n${fields}oops\r\n\r\n`, 400],
    ['NUL in the target', `GET /\0 HTTP/1.1\r\n${fields}\r\n`, 400],
    ['CR in the target', `GET /\ra HTTP/1.1\r\n${fields}\r\n`, 400],
    ['NUL in a field', `GET / HTTP/1.1\r\n${fields}A: \0\r\n\r\n`, 400],
    ['CR in a field', `GET / HTTP/1.1\r\n${fields}A: b\rc\r\n\r\n`, 400],
    [
      'two lengths',
      `POST / HTTP/1.1\r\n${fields}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
      400,
    ],
    ['a length that is none', `POST / HTTP/1.1\r\n${fields}Content-Length: 1a\r\n\r\na`, 400],
    ['an unsupported coding', `POST / HTTP/1.1\r\n${fields}Transfer-Encoding: foo\r\n\r\n`, 501],
    [
      '31 forwarded addresses',
      `GET / HTTP/1.1\r\n${fields}Connection: close\r\nX-Forwarded-For: ${'a,'.repeat(31)}\r\n\r\n`,
      463,
    ],
    ['a long request line', `GET /${'a'.repeat(17_000)} HTTP/1.1\r\n${fields}\r\n`, 414],
    ['a long field', `GET / HTTP/1.1\r\n${fields}A: ${'b'.repeat(20_000)}\r\n\r\n`, 400],
    [
      'many fields',
      `GET / HTTP/1.1\r\n${fields}${`A: ${'b'.repeat(995)}\r\n`.repeat(70)}\r\n`,
      400,
    ],
    [
      'chunks without a size',
      `POST / HTTP/1.1\r\n${fields}Transfer-Encoding: chunked\r\n\r\nhello`,
      400,
    ],
  ])('gets its answer and then the end: %s', async (_what, text, status) => {
    const { port, requests, outcomeCount } = await startListener()
    expect(statusesIn(await exchange(port, text))).toEqual([status])
    expect(requests).toHaveLength(1)
    await expect(outcomeCount(1)).resolves.toMatchObject({ abandoned: false })
  })

  it('comes to the handler once, with the refusal and what could be read', async () => {
    const { port, requests } = await startListener()
    await exchange(port, `GET /a?b HTTP/1.1\r\n${fields}oops\r\nA: b\r\n\r\n`)
    expect(requests).toHaveLength(1)
    expect(requests[0]).toMatchObject({
      method: 'GET',
      target: '/a?b',
      version: '1.1',
      headers: [
        ['Host', 'a'],
        ['A', 'b'],
      ],
      hasBody: false,
      refusal: {
        status: 400,
        explanation:
          'The header line "oops" has no colon. Header lines must be like "name: value".',
        close: true,
      },
    })
  })

  it.each([
    ['a long field', `A: ${'b'.repeat(20_000)}\r\n`],
    ['many fields', `A: ${'b'.repeat(995)}\r\n`.repeat(70)],
  ])('gets 413 for %s where that is set', async (_what, lines) => {
    const { port } = await startListener(undefined, { longHeaderStatus: 413 })
    expect(statusesIn(await exchange(port, `GET / HTTP/1.1\r\n${lines}\r\n`))).toEqual([413])
  })

  it('is answered while the client still sends its endless head', async () => {
    const { port } = await startListener()
    const client = await RawClient.connect(port)
    // No line end ever: the answer cannot wait for one.
    expect(statusesIn(await client.send(`GET /${'a'.repeat(16_400)}`).end())).toEqual([414])
  })

  it('takes nothing that follows for a request', async () => {
    const { port, requests } = await startListener()
    const received = await exchange(
      port,
      `POST / HTTP/1.1\r\n${fields}Content-Length: 1\r\nContent-Length: 30\r\n\r\n` +
        `GET /smuggled HTTP/1.1\r\n${fields}\r\n`,
    )
    expect(statusesIn(received)).toEqual([400])
    expect(requests).toHaveLength(1)
  })

  it('leaves the connection open where its end is known, and the body is thrown away', async () => {
    const { port, requests } = await startListener()
    const received = await exchange(
      port,
      `TRACE /1 HTTP/1.1\r\n${fields}Content-Length: 5\r\n\r\nhello` +
        `GET /2 HTTP/1.1\r\n${fields}X-Forwarded-For: ${'a,'.repeat(31)}\r\n\r\n` +
        `GET /3 HTTP/1.1\r\n${fields}Connection: close\r\n\r\n`,
    )
    expect(statusesIn(received)).toEqual([405, 463, 200])
    expect(requests.map((request) => request.target)).toEqual(['/1', '/2', '/3'])
  })

  it('ends the connection where a body may or may not come', async () => {
    const { port } = await startListener()
    const received = await exchange(
      port,
      `TRACE / HTTP/1.1\r\n${fields}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n`,
    )
    expect(received).not.toContain('100 Continue')
    expect(statusesIn(received)).toEqual([405])
  })

  describe('desync mitigation', () => {
    const bothFramings =
      `POST /1 HTTP/1.1\r\n${fields}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n` +
      '7\r\nchunked\r\n0\r\n\r\n'
    const next = `GET /2 HTTP/1.1\r\n${fields}Connection: close\r\n\r\n`

    it('passes an ambiguous request in defensive mode, reads its chunks and closes', async () => {
      const { port, requests } = await startListener()
      const received = await exchange(port, bothFramings + next)
      expect(statusesIn(received)).toEqual([200])
      expect(received).toContain('POST /1 chunked')
      expect(received).toContain('Connection: close')
      expect(requests[0]?.classification).toEqual({ kind: 'Ambiguous', reason: 'BothTeClPresent' })
    })

    it('leaves the connection open in monitor mode', async () => {
      const { port } = await startListener(undefined, { desyncMitigationMode: 'monitor' })
      expect(statusesIn(await exchange(port, bothFramings + next))).toEqual([200, 200])
    })

    it('blocks it in strictest mode, also a body on GET', async () => {
      const { port } = await startListener(undefined, { desyncMitigationMode: 'strictest' })
      expect(statusesIn(await exchange(port, bothFramings + next))).toEqual([400])
      const zero = `GET / HTTP/1.1\r\n${fields}Content-Length: 0\r\n\r\n`
      expect(statusesIn(await exchange(port, zero))).toEqual([400])
    })

    it('passes control characters to the handler in monitor mode', async () => {
      const { port, requests } = await startListener(undefined, { desyncMitigationMode: 'monitor' })
      const text = `GET /\0\r HTTP/1.1\r\n${fields}A: \0\r\nConnection: close\r\n\r\n`
      expect(statusesIn(await exchange(port, text))).toEqual([200])
      expect(requests[0]?.target).toBe('/\0\r')
    })
  })
})
