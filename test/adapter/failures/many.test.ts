import { Buffer } from 'node:buffer'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createHandler, getInvocation, type AlbHandler } from 'express-alb'
import {
  createAlbEvent,
  createLambdaContext,
  invoke,
  type ClientResponse,
} from 'express-alb/testing'
import { describe, expect, it } from 'vitest'
import { CODES, collectLog } from '../../helpers/collected-log.js'
import { within } from '../../helpers/deadline.js'
import { EXPRESSES, MODES } from '../../helpers/modes.js'

const DEADLINE_MS = 9_000
// The time of invocations that are meant to run out of it.
const LITTLE_MS = 30

const turn = (): Promise<void> => new Promise(setImmediate)

interface Kind {
  readonly answer: (req: IncomingMessage, res: ServerResponse, id: string) => unknown
  readonly status: number
  /** Whether the body must be the id, as proof that answers are not mixed up. */
  readonly echoes: boolean
  readonly timeoutMs?: number
}

/** Requests of every fate. */
const KINDS: Readonly<Record<string, Kind>> = {
  answered: { answer: (_req, res, id) => res.end(id), status: 200, echoes: true },
  late: {
    answer: async (_req, res, id) => {
      await turn()
      res.write(id.slice(0, 1))
      await turn()
      res.end(id.slice(1))
    },
    status: 200,
    echoes: true,
  },
  uploaded: {
    answer: (req, res) => req.pipe(res),
    status: 200,
    echoes: true,
  },
  streamed: { answer: (_req, res, id) => Readable.from([id]).pipe(res), status: 200, echoes: true },
  thrown: {
    answer: (_req, _res, id) => {
      throw new Error(`thrown ${id}`)
    },
    status: 500,
    echoes: false,
  },
  rejected: {
    answer: async (_req, _res, id) => {
      await turn()
      throw new Error(`rejected ${id}`)
    },
    status: 500,
    echoes: false,
  },
  destroyed: { answer: (_req, res) => res.destroy(), status: 502, echoes: false },
  'destroyed later': {
    answer: (req, res) => {
      res.write('half')
      setImmediate(() => req.socket.destroy())
    },
    status: 502,
    echoes: false,
  },
  'too large': {
    answer: (_req, res) => res.end(Buffer.alloc(1_100_000, 0xff)),
    status: 500,
    echoes: false,
  },
  'out of time': { answer: () => {}, status: 504, echoes: false, timeoutMs: LITTLE_MS },
}

const names = Object.keys(KINDS)

function listener(req: IncomingMessage, res: ServerResponse): unknown {
  const url = new URL(req.url ?? '', 'http://app')
  const kind = KINDS[url.searchParams.get('kind') ?? '']
  // In single-value mode a result carries several cookies, and warns of them once.
  res.setHeader('Set-Cookie', ['a=1', 'b=2'])
  return kind?.answer(req, res, url.searchParams.get('id') ?? '')
}

async function send(
  handler: AlbHandler,
  name: string,
  id: string,
  index: number,
): Promise<ClientResponse> {
  const { timeoutMs = 30_000 } = KINDS[name] as Kind
  const event = createAlbEvent({
    method: 'POST',
    url: `/?kind=${encodeURIComponent(name)}&id=${id}`,
    body: id,
    mode: index % 2 === 0 ? 'single' : 'multi',
  })
  return invoke(handler, event, { context: createLambdaContext({ timeoutMs, awsRequestId: id }) })
}

describe('many requests at once', () => {
  it('get their own answers and their own log lines, whatever becomes of the others', async () => {
    const log = collectLog()
    const handler = createHandler((req, res) => listener(req, res), { logger: log })
    const requests = Array.from({ length: 200 }, (_, i) => ({
      name: names[i % names.length] as string,
      id: `id-${i}`,
    }))
    const answers = await within(
      DEADLINE_MS,
      'all answers',
      Promise.all(requests.map(({ name, id }, i) => send(handler, name, id, i))),
    )
    for (const [i, { name, id }] of requests.entries()) {
      const { status, echoes } = KINDS[name] as Kind
      expect([name, answers[i]?.status, answers[i]?.refusal]).toEqual([name, status, undefined])
      if (echoes) expect(answers[i]?.text()).toBe(id)
    }
    const failed = requests.filter(({ name }) => KINDS[name]?.status !== 200)
    const logged = log.entries.filter(({ code }) => code !== CODES.severalCookies)
    expect(logged.map((entry) => String(entry.requestId)).toSorted()).toEqual(
      failed.map(({ id }) => id).toSorted(),
    )
    for (const entry of logged) {
      const { name } = requests.find(({ id }) => id === entry.requestId) ?? {}
      const status = KINDS[name ?? '']?.status
      const codes = {
        500: [CODES.appFailed, CODES.tooLarge],
        502: [CODES.disconnected],
        504: [CODES.outOfTime],
      }
      expect(codes[status as keyof typeof codes]).toContain(entry.code)
      if (entry.code === CODES.appFailed) expect(entry.error).toContain(String(entry.requestId))
    }
  })

  it.each(EXPRESSES)('find their own invocation everywhere under $name', async ({ express }) => {
    const app = express()
    app.get('/:id', async (_req, res) => {
      const seen = [getInvocation()?.context?.awsRequestId]
      await turn()
      seen.push(getInvocation()?.context?.awsRequestId)
      res.on('finish', () => seen.push(getInvocation()?.context?.awsRequestId))
      res.on('close', () => done.set(String(seen[0]), seen))
      res.json(seen)
    })
    const done = new Map<string, unknown[]>()
    const handler = createHandler(app)
    const ids = Array.from({ length: 50 }, (_, i) => `id-${i}`)
    const answers = await Promise.all(
      ids.map((id) =>
        invoke(handler, createAlbEvent({ url: `/${id}` }), {
          context: createLambdaContext({ awsRequestId: id }),
        }),
      ),
    )
    expect(answers.map((answer) => answer.json())).toEqual(ids.map((id) => [id, id]))
    expect([...done]).toEqual(expect.arrayContaining(ids.map((id) => [id, [id, id, id]])))
    expect(getInvocation()).toBe(undefined)
  })
})

describe('after 5,000 invocations of every fate', () => {
  it('there are no handles, timers or listeners that were not there before', async () => {
    const handler = createHandler((req, res) => listener(req, res), { logger: false })
    const run = async (count: number): Promise<void> => {
      // In batches: those that run out of time wait together.
      for (let start = 0; start < count; start += 500) {
        await Promise.all(
          Array.from({ length: Math.min(500, count - start) }, (_, i) => {
            // The large ones take most of the time; one in fifty will do.
            const name = names[i % names.length] as string
            return send(handler, name === 'too large' && i % 50 !== 8 ? 'answered' : name, 'id', i)
          }),
        )
      }
      await turn()
    }
    const counts = (): Record<string, number> =>
      Object.fromEntries(
        process.eventNames().map((name) => [String(name), process.listenerCount(name)]),
      )
    await run(names.length * 2)
    const before = { resources: process.getActiveResourcesInfo().length, listeners: counts() }
    await within(DEADLINE_MS, 'all answers', run(5_000))
    expect(counts()).toEqual(before.listeners)
    // The test runner's own timers come and go; what an invocation leaves there would be there hundredfold.
    const left = process.getActiveResourcesInfo().length - before.resources
    expect(left).toBeLessThan(5)
  }, 30_000)

  it.each(MODES)('nothing keeps requests and responses alive in %s-value mode', async (mode) => {
    setFlagsFromString('--expose-gc')
    const collectGarbage = runInNewContext('gc') as () => void
    const seen: WeakRef<object>[] = []
    const handler = createHandler(
      (req, res) => {
        seen.push(new WeakRef(req), new WeakRef(res), new WeakRef(req.socket))
        return listener(req, res)
      },
      { logger: false },
    )
    const some = names.filter((name) => name !== 'too large')
    for (let i = 0; i < 100; i++) {
      const name = some[i % some.length] as string
      const url = `/?kind=${encodeURIComponent(name)}&id=x`
      const event = createAlbEvent({ method: 'POST', url, body: 'x', mode })
      const context = createLambdaContext({ timeoutMs: KINDS[name]?.timeoutMs ?? 30_000 })
      await handler(event, context)
    }
    for (let round = 0; round < 3; round++) {
      await turn()
      collectGarbage()
    }
    const alive = seen.filter((ref) => ref.deref() !== undefined)
    // What the engine itself still holds of the last one may live.
    expect(alive.length).toBeLessThanOrEqual(6)
  })
})
