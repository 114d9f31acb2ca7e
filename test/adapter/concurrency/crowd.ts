import type { IncomingMessage } from 'node:http'
import { createAlbEvent, createLambdaContext, invoke } from 'express-alb/testing'
import type { AlbHandler, LogCode } from 'express-alb'
import { expect } from 'vitest'
import { CODES, type CollectedLog } from '../../helpers/collected-log.js'
import type { Mode } from '../../helpers/modes.js'
import type { SteppedApp } from './app.js'
import { switches, type Scheduler } from './scheduler.js'

interface Fate {
  readonly status: number
  readonly code?: LogCode
  /** Lambda's time, where it has to run out. */
  readonly timeoutMs?: number
}

/** What becomes of the requests of each path, but for those that are answered with what they sent. */
const FAILING: Readonly<Record<string, Fate>> = {
  thrown: { status: 500 },
  'thrown-midway': { status: 502, code: CODES.disconnected },
  destroyed: { status: 502, code: CODES.disconnected },
  hanging: { status: 504, code: CODES.outOfTime, timeoutMs: 60 },
  'hook-failed': { status: 500, code: CODES.hookFailed },
}
const ANSWERED = ['written', 'parsed', 'piped']
const SIZE = 100

/** Fails the requests to `/hook-failed` before the app sees them. */
export async function onRequest(req: IncomingMessage): Promise<void> {
  if (req.url?.startsWith('/hook-failed/')) throw new Error(req.url)
  return Promise.resolve()
}

/** A hundred requests with contents of their own: of each ten nine are answered, and the last fails. */
const crowd = Array.from({ length: SIZE }, (_, i) => {
  const paths = i % 10 === 9 ? Object.keys(FAILING) : ANSWERED
  const id = `id-${i}`
  return {
    id,
    path: String(paths[Math.floor(i / 10) % paths.length]),
    body: `${id};`.repeat(i + 1),
  }
})

/**
 * Sends the whole crowd at once, each to the next of the handlers, and expects that all are answered as if they were
 * alone.
 *
 * @param handlers one or two, of which the last has {@link onRequest}
 */
export async function expectKeptApart(
  handlers: readonly AlbHandler[],
  mode: Mode,
  scheduler: Scheduler,
  { notes }: SteppedApp,
  log: CollectedLog,
): Promise<void> {
  const answers = await scheduler.drive(
    Promise.all(
      crowd.map(async ({ id, path, body }, i) => {
        const { timeoutMs = 30_000 } = FAILING[path] ?? {}
        return invoke(
          handlers[i % handlers.length] as AlbHandler,
          createAlbEvent({ method: 'POST', url: `/${path}/${id}`, body, mode }),
          { context: createLambdaContext({ awsRequestId: id, timeoutMs }) },
        )
      }),
    ),
  )
  // They were interleaved step by step, and not one after the other.
  expect(scheduler.order.length).toBeGreaterThan(3 * SIZE)
  expect(switches(scheduler.order)).toBeGreaterThan(0.9 * scheduler.order.length)

  for (const [i, { id, path, body }] of crowd.entries()) {
    const { status, refusal, headers } = answers[i]!
    expect([id, status, refusal]).toEqual([id, FAILING[path]?.status ?? 200, undefined])
    if (FAILING[path]) continue
    expect(answers[i]?.text()).toBe(body)
    expect(headers['set-cookie']).toEqual([`id=${id}; Path=/`])
  }
  const reached = crowd.filter(({ path }) => path !== 'hook-failed')
  expect([...notes.keys()].toSorted()).toEqual(reached.map(({ id }) => id).toSorted())
  for (const [id, { invocations }] of notes) expect([...invocations]).toEqual([id])
  expect(new Set([...notes.values()].map(({ socket }) => socket)).size).toBe(reached.length)
  expect(log.entries.map(({ requestId, code }) => `${requestId} ${code}`).toSorted()).toEqual(
    crowd
      .flatMap(({ id, path }) => (FAILING[path]?.code ? [`${id} ${FAILING[path].code}`] : []))
      .toSorted(),
  )
}
