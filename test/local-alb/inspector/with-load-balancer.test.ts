import { spawn, spawnSync } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAlb, createInspector, type AlbTarget, type CreateAlbOptions } from 'local-alb'
import { describe, expect, it } from 'vitest'
import type { Details } from '../../../packages/local-alb/src/inspector/details.js'
import { openUpdates, type UpdateStream } from './update-stream.js'

interface Running extends AsyncDisposable {
  readonly url: string
  readonly updates: UpdateStream
  details(id: number): Promise<Details>
  replay(id: number, mode?: string): Promise<Response>
}

async function run(target: AlbTarget, options: CreateAlbOptions = {}): Promise<Running> {
  const alb = createAlb(target, options)
  const inspector = createInspector(alb, { summary: () => ({ url: alb.url }) })
  alb.listen(0)
  const { port } = await inspector.listen(0)
  const updates = await openUpdates(port)
  const base = `${inspector.url}/api/exchanges`
  return {
    url: alb.url,
    updates,
    details: async (id) => (await (await fetch(`${base}/${id}`)).json()) as Details,
    replay: (id, mode) =>
      fetch(`${base}/${id}/replay${mode === undefined ? '' : `?mode=${mode}`}`, {
        method: 'POST',
        headers: { 'X-Inspector': '1' },
      }),
    async [Symbol.asyncDispose]() {
      updates.close()
      await inspector.close()
      await alb[Symbol.asyncDispose]()
    },
  }
}

interface Event {
  readonly httpMethod: string
  readonly path: string
  readonly headers?: Record<string, string>
  readonly multiValueHeaders?: Record<string, string[]>
  readonly body: string
}

const echo = (event: unknown): Promise<unknown> =>
  Promise.resolve({
    statusCode: 200,
    [(event as Event).headers === undefined ? 'multiValueHeaders' : 'headers']: {},
    body: JSON.stringify(event),
  })

const isOver =
  (id: number) =>
  ({ rows }: UpdateStream): boolean =>
    rows.get(id)?.state === 'answered'

describe('with the real load balancer', () => {
  it('shows what went through it, and sends it again in the other mode', async () => {
    await using running = await run(echo)
    const sent = await fetch(`${running.url}/orders?a=1`, {
      method: 'POST',
      body: 'grüße',
      headers: { 'Content-Type': 'text/plain', 'X-Two': 'a' },
    })
    expect(sent.status).toBe(200)
    await running.updates.until('the request', isOver(1))
    expect(running.updates.rows.get(1)).toMatchObject({
      method: 'POST',
      path: '/orders?a=1',
      status: 200,
      mode: 'single',
      refused: false,
    })
    const first = await running.details(1)
    expect(first.request.fields).toContainEqual(['X-Two', 'a'])
    expect(first.request.body?.text).toBe('grüße')
    expect(JSON.parse(first.event?.text ?? '')).toMatchObject({
      httpMethod: 'POST',
      body: 'grüße',
      queryStringParameters: { a: '1' },
    })
    expect(JSON.parse(first.result?.text ?? '')).toMatchObject({ statusCode: 200 })
    expect(first.response?.body?.json).toBe(true)
    expect(first.timeline.map(({ name }) => name)).toEqual([
      'load balancer',
      'function',
      'response',
    ])

    expect(await (await running.replay(1, 'multi')).json()).toEqual({ id: 2 })
    await running.updates.until('the replay', ({ rows }) => rows.get(2)?.replayOf === 1)
    expect(running.updates.rows.get(2)).toMatchObject({ mode: 'multi', status: 200 })
    const again = await running.details(2)
    const event = JSON.parse(again.event?.text ?? '') as Event
    expect(event).toMatchObject({ body: 'grüße', multiValueHeaders: { 'x-two': ['a'] } })
    expect(event).not.toHaveProperty('headers')
  })

  it('explains a result that the load balancer refused', async () => {
    await using running = await run(() =>
      Promise.resolve({ statusCode: 200, headers: { 'content-length': 22 } }),
    )
    expect((await fetch(running.url)).status).toBe(502)
    await running.updates.until('the request', isOver(1))
    const { refusal, result } = await running.details(1)
    expect(refusal).toMatchObject({ status: 502, errorReason: 'LambdaInvalidResponse' })
    expect(refusal?.explanation).toMatch(/content-length.*22/)
    expect(result?.text).toContain('"content-length": 22')
  })

  it('shows what left for a server, and sends it again', async () => {
    const server = createServer((request, response) => {
      request.pipe(response)
    })
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    try {
      const { port } = server.address() as AddressInfo
      await using running = await run(`http://127.0.0.1:${port}`)
      await (await fetch(running.url, { method: 'PUT', body: 'abc' })).text()
      await running.updates.until('the request', isOver(1))
      const details = await running.details(1)
      expect(details).toMatchObject({
        row: { mode: null, target: `http://127.0.0.1:${port}`, status: 200 },
        event: null,
        request: { body: { text: 'abc' } },
        response: { body: { kind: 'stream' } },
      })
      expect(details.forwarded?.fields.map(([name]) => name.toLowerCase())).toContain(
        'x-forwarded-for',
      )
      expect((await running.replay(1)).status).toBe(200)
      await running.updates.until('the replay', isOver(2))
      expect((await running.details(2)).request.body?.text).toBe('abc')
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })

  it('gives a curl command that makes the same event', async ({ skip }) => {
    const found = spawnSync('curl', ['--version'], { stdio: 'ignore' })
    skip(found.status !== 0, 'there is no curl in PATH')
    await using running = await run(echo, { multiValueHeaders: true })
    await fetch(`${running.url}/a%20b?x=it's&y[]=1`, {
      method: 'PATCH',
      body: Buffer.from([0, 255, 39, 10]),
      headers: { 'Content-Type': 'application/octet-stream', Cookie: 'a=$HOME; b="c"' },
    })
    await running.updates.until('the request', isOver(1))
    const { curl, event } = await running.details(1)
    const shell = spawn('sh', [], { stdio: ['pipe', 'ignore', 'ignore'] })
    shell.stdin.end(`${curl}\n`)
    await running.updates.until('the copy', isOver(2))
    const withoutTrace = (text = ''): unknown =>
      JSON.parse(text.replaceAll(/Root=1-[0-9a-f]{8}-[0-9a-f]{24}/g, 'Root'))
    expect(withoutTrace((await running.details(2)).event?.text)).toEqual(withoutTrace(event?.text))
  })
})
