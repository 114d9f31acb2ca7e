import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Answer } from '../../../packages/local-alb/src/runtime-api/answer.js'
import { RuntimeApi } from '../../../packages/local-alb/src/runtime-api/api-server.js'

interface Reply {
  readonly status: number | undefined
  readonly headers: NodeJS.Dict<string | string[]>
  readonly body: string
}

const EVENT = {
  requestId: 'id-1',
  payload: '{"é":1}',
  deadlineMs: 1_700_000_000_000,
  functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:f',
  trace: 'Root=1-2-3',
}

let api: RuntimeApi
let port: number
const waiting = vi.fn<() => void>()
const answered = vi.fn<(answer: Answer) => void>()
const initFailed = vi.fn<(error: unknown) => void>()

beforeEach(async () => {
  for (const mock of [waiting, answered, initFailed]) mock.mockReset()
  api = new RuntimeApi({ waiting, answered, initFailed })
  const address = await api.listen()
  expect(address).toMatch(/^127\.0\.0\.1:\d+$/)
  port = Number(address.split(':')[1])
})

afterEach(() => {
  api.close()
})

async function call(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body = '',
): Promise<Reply> {
  const url = `http://127.0.0.1:${port}/2018-06-01/runtime${path}`
  const outgoing = request(url, { method, headers, agent: false }).end(body)
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
  return {
    status: incoming.statusCode,
    headers: incoming.headers,
    body: await text(incoming),
  }
}

const next = async (headers: Record<string, string> = {}): Promise<Reply> =>
  call('GET', '/invocation/next', { 'local-alb-token': api.token, ...headers })

const untilWaiting = async (times = 1): Promise<void> => {
  await vi.waitFor(() => {
    expect(waiting).toHaveBeenCalledTimes(times)
  })
}

/** Fetches the event. */
async function fetched(): Promise<Reply> {
  const reply = next()
  await untilWaiting()
  api.deliver(EVENT)
  return reply
}

describe('the Runtime API', () => {
  it('holds the request for the next event until there is one', async () => {
    expect(await fetched()).toMatchObject({
      status: 200,
      body: '{"é":1}',
      headers: {
        'lambda-runtime-aws-request-id': 'id-1',
        'lambda-runtime-deadline-ms': '1700000000000',
        'lambda-runtime-invoked-function-arn': EVENT.functionArn,
        'lambda-runtime-trace-id': 'Root=1-2-3',
      },
    })
  })

  it('takes one answer for the event in hand', async () => {
    await fetched()
    expect(await call('POST', '/invocation/id-1/response', {}, '{"statusCode":200}')).toMatchObject(
      {
        status: 202,
        body: '{"status":"OK"}',
      },
    )
    expect(await call('POST', '/invocation/id-1/response', {}, '{"statusCode":500}')).toMatchObject(
      {
        status: 403,
        body: expect.stringContaining('"InvalidStateTransition"'),
      },
    )
    expect(await call('POST', '/invocation/id-1/error', {}, '{}')).toMatchObject({ status: 403 })
    expect(answered.mock.calls).toEqual([[{ kind: 'success', payload: '{"statusCode":200}' }]])
  })

  it.each(['response', 'error'])('refuses a %s for another event', async (kind) => {
    expect(await call('POST', `/invocation/id-1/${kind}`)).toMatchObject({ status: 400 })
    await fetched()
    expect(await call('POST', `/invocation/id-2/${kind}`)).toMatchObject({
      status: 400,
      body: expect.stringContaining('"InvalidRequestID"'),
    })
    expect(answered).not.toHaveBeenCalled()
  })

  it.each([
    [
      'the type, message and trace it has',
      '{"errorType":"A","errorMessage":"b","trace":["c"]}',
      { errorType: 'A', errorMessage: 'b', trace: ['c'] },
    ],
    [
      'the type in the header where the body is no JSON',
      'plain',
      { errorType: 'Runtime.H', errorMessage: 'plain' },
    ],
    [
      'what there is where the body is no object',
      'null',
      { errorType: 'Runtime.H', errorMessage: 'null' },
    ],
  ])('reads of an error %s', async (_title, body, error) => {
    await fetched()
    const headers = { 'Lambda-Runtime-Function-Error-Type': 'Runtime.H' }
    expect(await call('POST', '/invocation/id-1/error', headers, body)).toMatchObject({
      status: 202,
    })
    expect(answered.mock.calls).toEqual([[{ kind: 'error', error }]])
  })

  it('refuses a result of more than 6 MB with 413, once it has read it', async () => {
    await fetched()
    const reply = await call('POST', '/invocation/id-1/response', {}, 'x'.repeat(6_291_557))
    expect(reply).toMatchObject({
      status: 413,
      body: expect.stringContaining('"RequestEntityTooLarge"'),
    })
    expect(answered).toHaveBeenCalledWith({
      kind: 'error',
      error: expect.objectContaining({ errorType: 'Function.ResponseSizeTooLarge' }),
    })
  })

  it('takes a failure to initialise before the first event, and never after', async () => {
    const body = '{"errorType":"E","errorMessage":"m"}'
    expect(await call('POST', '/init/error', {}, body)).toMatchObject({ status: 202 })
    expect(initFailed.mock.calls).toEqual([[{ errorType: 'E', errorMessage: 'm' }]])
    await fetched()
    expect(await call('POST', '/init/error', {}, body)).toMatchObject({ status: 403 })
    expect(initFailed).toHaveBeenCalledTimes(1)
  })

  it('gives an event to the runtime only, once', async () => {
    expect(await next({ 'local-alb-token': 'x' })).toMatchObject({ status: 403 })
    expect(await call('GET', '/invocation/next')).toMatchObject({ status: 403 })
    expect(waiting).not.toHaveBeenCalled()
    const first = next()
    await untilWaiting()
    expect(await next()).toMatchObject({ status: 403 })
    api.deliver(EVENT)
    await first
    expect(await next()).toMatchObject({ status: 403 })
    expect(waiting).toHaveBeenCalledTimes(1)
  })

  it.each([
    ['a page of another site', { Origin: 'http://evil.example' }],
    ['a browser', { 'Sec-Fetch-Site': 'none' }],
    ['a name that was made to lead here', { Host: 'evil.example' }],
  ])('refuses %s', async (_title, headers) => {
    expect(await next(headers)).toMatchObject({ status: 403 })
    await fetched()
    expect(await call('POST', '/invocation/id-1/response', headers)).toMatchObject({ status: 403 })
    expect(answered).not.toHaveBeenCalled()
  })

  it.each([
    ['GET', '/invocation/id-1/response'],
    ['POST', '/invocation/next'],
    ['GET', '/'],
    ['GET', '/../../'],
  ])('knows nothing of %s %s', async (method, path) => {
    expect(await call(method, path)).toMatchObject({ status: 404 })
  })

  it('forgets a runtime that has gone while it waited', async () => {
    const url = `http://127.0.0.1:${port}/2018-06-01/runtime/invocation/next`
    const gone = request(url, { headers: { 'local-alb-token': api.token }, agent: false })
    gone.on('error', () => {}).end()
    await untilWaiting()
    gone.destroy()
    // A new one can take its place as soon as that is known.
    let reply: Promise<Reply> | undefined
    await vi.waitFor(async () => {
      reply = next()
      const first = await Promise.race([reply, untilWaiting(2)])
      expect(first).toBe(undefined)
    })
    api.deliver(EVENT)
    expect(await reply).toMatchObject({ status: 200 })
  })
})
