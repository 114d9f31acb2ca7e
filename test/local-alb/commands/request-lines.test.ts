import { once } from 'node:events'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { Exchange, LogLine } from 'local-alb'
import {
  type HumanLogOptions,
  humanLog,
  jsonLog,
} from '../../../packages/local-alb/src/commands/request-lines.js'
import { EnvironmentLog, MAX_LINES } from '../../../packages/local-alb/src/runtime-api/logs.js'
import { wrap } from '../../../packages/local-alb/src/commands/wrap.js'
import { createHttpRequest, type RequestParts } from '../../helpers/http-request.js'

/** An exchange that took 12.4 ms; times are those of the machine's zone. */
function exchangeOf(parts: Partial<Exchange> = {}, request: RequestParts = {}): Exchange {
  return {
    id: 1,
    request: createHttpRequest({ receivedAt: new Date(2026, 10, 22, 9, 5, 7), ...request }),
    startedAt: 100,
    endedAt: 112.4,
    response: { status: 200, reason: 'OK', headers: [], body: undefined },
    ...parts,
  }
}

function linesOf(exchange: Exchange, options: Partial<HumanLogOptions> = {}): string[] {
  const lines: string[] = []
  const log = humanLog((line) => lines.push(line), {
    color: false,
    ...options,
  })
  log.exchange(exchange)
  return lines
}

const logs = (...texts: readonly string[]): Pick<Exchange, 'invocation'> => ({
  invocation: {
    requestId: '1',
    coldStart: false,
    durationMs: 1,
    logs: texts.map((text): LogLine => ({ stream: 'stdout', text, time: new Date() })),
  },
})

const ID = '18509267-6e7d-46ff-8484-f272c7b80023'

describe('humanLog', () => {
  it('writes nothing before the exchange is over', () => {
    const { endedAt: _, ...open } = exchangeOf()
    expect(linesOf(open)).toEqual([])
  })

  it('puts what has a width before what has none', () => {
    expect(linesOf(exchangeOf({}, { target: '/a?b=c' }))).toEqual([
      '09:05:07  200  GET        12 ms  /a?b=c',
    ])
    expect(linesOf(exchangeOf({}, { method: 'OPTIONS', target: '*' }))).toEqual([
      '09:05:07  200  OPTIONS    12 ms  *',
    ])
  })

  it.each([
    [0.44, ' 0.4 ms'],
    [9.96, '10.0 ms'],
    [1234.4, '1234 ms'],
    [30_012, ' 30.0 s'],
  ])('writes %d ms as "%s"', (ms, shown) => {
    expect(linesOf(exchangeOf({ endedAt: 100 + ms }))[0]).toContain(`GET      ${shown}  /`)
  })

  it('shows a request that could not be read as such', () => {
    const parts = { method: '', target: '', version: '' } as const
    expect(linesOf(exchangeOf({}, parts))).toEqual(['09:05:07  200  -          12 ms  -'])
  })

  it('tells rule and target group where there are several', () => {
    const routed = exchangeOf({
      rule: '7',
      action: 'forward',
      targetGroup: { name: 'blue', arn: 'arn' },
    })
    expect(linesOf(routed)).toEqual(['09:05:07  200  GET        12 ms  /'])
    expect(linesOf(routed, { routingWidth: 8 })).toEqual([
      '09:05:07  200  GET        12 ms  blue      /  rule 7',
    ])
    const redirected = exchangeOf({ rule: 'default', action: 'redirect' })
    expect(linesOf(redirected, { routingWidth: 8 })).toEqual([
      '09:05:07  200  GET        12 ms  redirect  /',
    ])
    expect(linesOf(exchangeOf(), { routingWidth: 8 })).toEqual([
      '09:05:07  200  GET        12 ms  -         /',
    ])
  })

  it('tells a cold start, and a client that left', () => {
    const invocation = { requestId: '1', coldStart: true, initMs: 95.6, durationMs: 1, logs: [] }
    expect(linesOf(exchangeOf({ invocation, abandoned: true }))).toEqual([
      '09:05:07  460  GET        12 ms  /  cold start 96 ms, the client left',
    ])
  })

  it('explains a refusal below its line, wrapped where a terminal is narrow', () => {
    const refusal = {
      status: 502,
      errorReason: 'LambdaInvalidResponse',
      explanation: 'headers["a"] is the number 1; the ALB takes strings only',
    }
    const exchange = exchangeOf({ refusal })
    expect(linesOf(exchange).slice(1)).toEqual([
      '          LambdaInvalidResponse: headers["a"] is the number 1; the ALB takes strings only',
    ])
    expect(linesOf(exchange, { width: 50 }).slice(1)).toEqual([
      '          LambdaInvalidResponse: headers["a"] is',
      '          the number 1; the ALB takes strings only',
    ])
  })

  it('shows what the function wrote, without what the runtime puts before it', () => {
    const time = '2026-11-22T15:07:25.310Z'
    const written = logs(
      'plain',
      `${time}\t${ID}\tINFO\thello\tyou`,
      `${time}\t${ID}\tERROR\ttwo\nlines`,
      `${time}\tundefined\tWARN\twhile loading`,
      `${time}\t-\tINFO\tthe same`,
      `${time} something else`,
    )
    expect(linesOf(exchangeOf(written)).slice(1)).toEqual([
      '          │ plain',
      '          │ hello\tyou',
      '          │ ERROR two',
      '          │ lines',
      '          │ WARN while loading',
      '          │ the same',
      `          │ ${time} something else`,
    ])
  })

  it("shows an error with the function's own frames", () => {
    const error = JSON.stringify({
      errorType: 'Error',
      errorMessage: 'no way',
      stack: [
        'Error: no way',
        '    at find (file:///app/lambda.mjs:2:5)',
        '    at BufferedInvokeProcessor.run (/app/node_modules/aws-lambda-ric/index.mjs:1:2)',
        '    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
      ],
    })
    const written = logs(`2026-11-22T15:07:25.310Z\t${ID}\tERROR\tInvoke Error \t${error}`)
    expect(linesOf(exchangeOf(written)).slice(1)).toEqual([
      '          │ ERROR Invoke Error',
      '          │   Error: no way',
      '          │       at find (file:///app/lambda.mjs:2:5)',
    ])
  })

  it("leaves out Lambda's own lines", () => {
    const invocation = {
      requestId: '1',
      coldStart: false,
      durationMs: 1,
      logs: [{ stream: 'platform' as const, text: 'START', time: new Date() }],
    }
    expect(linesOf(exchangeOf({ invocation }))).toHaveLength(1)
  })

  it('tells that a function wrote more than is kept', async () => {
    const kept = new EnvironmentLog(() => {})
    const output = Readable.from(['x\n'.repeat(MAX_LINES + 2)])
    kept.read('stdout', output)
    await once(output, 'end')
    const invocation = { requestId: '1', coldStart: false, durationMs: 1, logs: kept.take() }
    const lines = linesOf(exchangeOf({ invocation }))
    expect(lines).toHaveLength(1 + MAX_LINES + 1)
    expect(lines.at(-1)).toContain('dropped 2 lines')
  })

  it('lets neither a request nor a function drive the terminal', () => {
    const hostile = '\u001B[2J\u0007\u009B1m\r\u0000'
    const lines = linesOf(
      exchangeOf(
        {
          refusal: { status: 400, explanation: `bad ${hostile}` },
          ...logs(`wrote ${hostile}`, 'a\nb'),
        },
        { method: 'G\u001B', target: `/${hostile}` },
      ),
      { routingWidth: 4 },
    )
    for (const line of lines) expect(line).toMatch(/^\P{Control}*$/u)
    expect(lines.join('\n')).toContain('/\\x1b[2J\\x07\\x9b1m\\x0d\\x00')
    expect(lines.slice(-2)).toEqual(['          │ a', '          │ b'])
  })

  it.each([
    [200, '\u001B[32m200'],
    [304, '\u001B[36m304'],
    [404, '\u001B[33m404'],
    [502, '\u001B[31m502'],
  ])(
    'colours %d where there are colours, also where the output is no terminal',
    (status, shown) => {
      const response = { status, reason: '', headers: [], body: undefined }
      expect(linesOf(exchangeOf({ response }), { color: true })[0]).toContain(shown)
    },
  )
})

describe('jsonLog', () => {
  it('writes one line for a request that is over, whatever is in it', () => {
    const lines: string[] = []
    const log = jsonLog((line) => lines.push(line))
    const { endedAt: _, ...open } = exchangeOf()
    log.exchange(open)
    log.exchange(
      exchangeOf(
        { refusal: { status: 400, explanation: 'two\nlines' }, abandoned: true },
        { target: '/\n"' },
      ),
    )
    expect(lines).toHaveLength(1)
    expect(lines[0]).not.toContain('\n')
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      id: 1,
      time: new Date(2026, 10, 22, 9, 5, 7).toISOString(),
      client: '203.0.113.7',
      method: 'GET',
      target: '/\n"',
      status: 460,
      durationMs: 12.4,
      explanation: 'two\nlines',
    })
  })
})

describe('wrap', () => {
  it.each([
    ['a b c', 3, ['a b', 'c']],
    ['a b c', Infinity, ['a b c']],
    ['a-long-word b', 3, ['a-long-word', 'b']],
    ['a b-long-word c', 5, ['a', 'b-long-word', 'c']],
    ['', 5, ['']],
    ['a b', -5, ['a', 'b']],
  ])('breaks %j at %d into %j', (line, width, parts) => {
    expect(wrap(line, width)).toEqual(parts)
  })
})
