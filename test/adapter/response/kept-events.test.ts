import type { ServerResponse } from 'node:http'
import { createHandler, type HandlerOptions } from 'express-alb'
import { createAlbEvent, createLambdaContext, invoke } from 'express-alb/testing'
import { describe, expect, it } from 'vitest'
import { CODES, collectLog } from '../../helpers/collected-log.js'
import { within } from '../../helpers/deadline.js'
import { MODES, type Mode } from '../../helpers/modes.js'
import { onRealServer, type Listener, type WireRequest } from '../../helpers/response-wire.js'

const TEST_DEADLINE_MS = 5_000
// An answer that waits for the deadline waits no longer than this.
const LAMBDA_MS = 40

const POST: WireRequest = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'abc' }

/** Hides one event of a response from all its listeners, as a wrapper around `emit` can. */
function keep(res: ServerResponse, hidden: string): void {
  const emit = res.emit.bind(res)
  res.emit = (event, ...args: unknown[]) => event !== hidden && emit(event, ...args)
}

const ENDINGS: readonly (readonly [title: string, listener: Listener])[] = [
  ['at once', (_req, res) => res.end('answer')],
  [
    'at once, in pieces',
    (_req, res) => {
      res.write('ans')
      res.end('wer')
    },
  ],
  [
    'at once, by an app that waits for its end',
    (_req, res) => {
      res.on('close', () => {})
      res.end('answer')
    },
  ],
  ['a tick later', (_req, res) => process.nextTick(() => res.end('answer'))],
  ['a turn later', (_req, res) => setImmediate(() => res.end('answer'))],
  ['when the request is read', (req, res) => req.resume().on('end', () => res.end('answer'))],
]

async function answered(
  listener: Listener,
  mode: Mode,
  options: HandlerOptions = {},
): Promise<{ status: number; text: string; codes: readonly string[] }> {
  const log = collectLog()
  const handler = createHandler((req, res) => listener(req, res), { logger: log, ...options })
  const context = createLambdaContext({ timeoutMs: LAMBDA_MS })
  const answer = invoke(handler, createAlbEvent({ ...POST, mode }), { context })
  const response = await within(TEST_DEADLINE_MS, 'answer', answer)
  return { status: response.status, text: response.text(), codes: log.codes }
}

describe.each(MODES)('a response that an app keeps an event from, in %s-value mode', (mode) => {
  describe.each(['prefinish', 'finish'])('%s', (event) => {
    it.each(ENDINGS)('is the answer that a real server sends: ended %s', async (_title, end) => {
      const listener: Listener = (req, res) => {
        keep(res, event)
        end(req, res)
      }
      const real = await onRealServer(listener, POST)
      expect(real?.body.toString()).toBe('answer')
      expect(await answered(listener, mode)).toEqual({ status: 200, text: 'answer', codes: [] })
    })

    it('is the answer that a hook makes of it', async () => {
      const { text } = await answered(
        (_req, res) => {
          keep(res, event)
          res.end('answer')
        },
        mode,
        { onResponse: (response) => ({ ...response, body: Buffer.from('hooked') }) },
      )
      expect(text).toBe('hooked')
    })
  })

  it('is answered with 500 and logged when the app says finish before there is a response', async () => {
    const listener: Listener = (_req, res) => {
      res.emit('finish')
      res.end('too late')
    }
    expect(await answered(listener, mode)).toMatchObject({
      status: 500,
      codes: expect.arrayContaining([CODES.appFailed]) as unknown,
    })
  })
})
