import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type RequestListener } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect, it, onTestFinished, vi } from 'vitest'
import { listening, runParity, serveWith, type Compared } from './two-sides.js'
import type { ParityOptions } from '../../../packages/local-alb/src/commands/parity-options.js'
import { parity } from '../../../packages/local-alb/src/commands/parity.js'
import type { JsonReport } from '../../../packages/local-alb/src/parity/report/json-report.js'

interface RunningMirror {
  readonly url: string
  /** Ends it and gives its report. */
  end(): Promise<Compared>
}

async function startMirror(
  left: RequestListener | string,
  right: RequestListener | string,
  options: ParityOptions = {},
): Promise<RunningMirror> {
  const stop = new AbortController()
  let written = ''
  let beside = ''
  const sides = {
    left: typeof left === 'string' ? left : await serveWith(left),
    right: typeof right === 'string' ? right : await serveWith(right),
  }
  const done = parity(
    { mirror: true, port: 0, ...sides, json: true, all: true, ...options },
    {
      write: (text) => {
        written += text
      },
      beside: {
        write: (text) => {
          beside += text
        },
      },
      color: false,
      width: undefined,
    },
    stop.signal,
  )
  onTestFinished(async () => {
    stop.abort()
    await done
  })
  await vi.waitFor(() => {
    expect(beside).toContain('Mirror http')
  }, 10_000)
  return {
    url: /Mirror (\S+)/.exec(beside)?.[1] ?? '',
    end: async () => {
      stop.abort()
      return { code: await done, report: JSON.parse(written) as JsonReport, beside }
    },
  }
}

const echo: RequestListener = (request, response) => {
  void (async () => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    response.setHeader(
      'x-seen',
      `${request.method} ${request.url} ${Buffer.concat(chunks).toString()}`,
    )
    response.setHeader('set-cookie', ['a=1', 'b=2'])
    response.writeHead(201, 'Made').end('from left')
  })()
}

it('clients get what left says, right a copy, and both are compared', async () => {
  const seen: string[] = []
  const mirror = await startMirror(echo, (request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.host}`)
    response.writeHead(500).end('from right')
  })
  const answer = await fetch(`${mirror.url}/a?b`)
  expect(answer.status).toBe(201)
  expect(answer.statusText).toBe('Made')
  expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  expect(answer.headers.get('x-seen')).toBe('GET /a?b')
  expect(await answer.text()).toBe('from left')
  const posted = await fetch(mirror.url, { method: 'POST', body: 'hello' })
  expect(posted.headers.get('x-seen')).toBe('POST / hello')
  await posted.text()
  await vi.waitFor(() => {
    expect(seen).toHaveLength(1)
  })
  const { code, report } = await mirror.end()
  expect(seen).toEqual([`GET /a?b ${new URL(mirror.url).host}`])
  expect(code).toBe(1)
  expect(report).toMatchObject({
    from: 'live traffic',
    requests: 1,
    leftOut: { 'POST (--unsafe sends right a copy)': 1 },
  })
  expect(report.comparisons[0]?.differences[0]).toMatchObject({ left: '201', right: '500' })
})

it('with --unsafe copies bodies, too; and ends after --limit requests', async () => {
  const bodies: string[] = []
  const mirror = await startMirror(
    echo,
    (request, response) => {
      response.on('finish', () => bodies.push(String(response.getHeader('x-seen'))))
      echo(request, response)
    },
    { unsafe: true, limit: 2 },
  )
  for (const body of ['one', 'two']) {
    await (await fetch(`${mirror.url}/${body}`, { method: 'PUT', body })).text()
  }
  await vi.waitFor(() => {
    expect(bodies.toSorted()).toEqual(['PUT /one one', 'PUT /two two'])
  })
  const { code, report } = await mirror.end()
  expect([code, report.same]).toEqual([0, 2])
})

it('does not hold clients up, and streams, while right does nothing', async () => {
  const held: (() => void)[] = []
  const mirror = await startMirror(
    (_request, response) => {
      response.write('first')
      held.push(() => response.end('last'))
    },
    () => {},
    { wait: 1 },
  )
  const answer = await new Promise<IncomingMessage>((resolve) => {
    get(mirror.url, resolve)
  })
  const [first] = (await once(answer, 'data')) as [Buffer]
  expect(first.toString()).toBe('first')
  held[0]?.()
  const rest = (await once(answer, 'data')) as [Buffer]
  expect(rest.toString()).toBe('last')
  const { report } = await mirror.end()
  expect(report.comparisons[0]?.differences).toEqual([
    expect.objectContaining({ aspect: 'answer', right: 'no whole answer within 1 s' }),
  ])
})

it('says 502 when left is not there, and ends when right is not', async () => {
  const gone = await listening(createServer())
  const nowhere = `http://127.0.0.1:${(gone.address() as AddressInfo).port}`
  gone.close()
  const lost = await startMirror(nowhere, echo)
  const answer = await fetch(lost.url)
  expect([answer.status, await answer.text()]).toEqual([
    502,
    expect.stringMatching(/did not answer/),
  ])
  expect((await lost.end()).report.leftOut).toEqual({ 'requests that left did not answer': 1 })
  const alone = await startMirror(echo, nowhere)
  expect((await fetch(alone.url)).status).toBe(201)
  const { code, report } = await alone.end()
  expect([code, report.problem]).toEqual([2, `Nobody listens at the right side, ${nowhere}`])
})

it('joins WebSockets with left', async () => {
  const left = await listening(
    createServer().on('upgrade', (_request, socket) => {
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      )
      socket.on('data', (data: Buffer) => socket.write(`left heard ${data.toString()}`))
      socket.on('error', () => {})
    }),
  )
  const mirror = await startMirror(`http://127.0.0.1:${(left.address() as AddressInfo).port}`, echo)
  const socket = connect(Number(new URL(mirror.url).port), '127.0.0.1')
  socket.on('error', () => {})
  let received = ''
  socket.on('data', (data: Buffer) => {
    received += data.toString()
  })
  socket.write('GET /live HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
  await vi.waitFor(() => {
    expect(received).toMatch(/^HTTP\/1\.1 101 /)
  })
  socket.write('hello')
  await vi.waitFor(() => {
    expect(received).toContain('left heard hello')
  })
  expect((await mirror.end()).report.leftOut).toEqual({ WebSocket: 1 })
})

it('says so when its port is in use', async () => {
  const taken = await listening(createServer())
  const { port } = taken.address() as AddressInfo
  const left = await serveWith(echo)
  const run = runParity({ mirror: true, port, left, right: left })
  await expect(run).rejects.toThrow(`Port ${port} is in use`)
})
