import { randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { readFile } from 'node:fs'
import { PassThrough, Readable, finished } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { gzip } from 'node:zlib'
import { createHandler, getInvocation } from 'express-alb'
import { createAlbEvent, createLambdaContext, invoke } from 'express-alb/testing'
import type { Request, Response } from 'express'
import multer from 'multer'
import onFinished from 'on-finished'
import { describe, expect, it } from 'vitest'
import { within } from '../../helpers/deadline.js'
import { EXPRESSES_IN_MODES } from '../../helpers/modes.js'

const SIZE = 100
const DEADLINE_MS = 9_000

/** Gives a callback that notes for which invocation it is called. */
type At = (place: string) => () => void

async function takeAll(stream: Readable, callback: () => void): Promise<void> {
  for await (const piece of stream) if (piece === 'x') callback()
}

/** Every way in which Node calls back, each with the callback of its place. */
const WAYS: Readonly<Record<string, (callback: () => void) => void>> = {
  tick: (callback) => process.nextTick(callback),
  microtask: queueMicrotask,
  immediate: (callback) => setImmediate(callback),
  timer: (callback) => setTimeout(callback, 1),
  'for await': (callback) => void takeAll(Readable.from(['x']), callback),
  'file system': (callback) => readFile(import.meta.filename, callback),
  'random bytes': (callback) => randomBytes(16, callback),
  zlib: (callback) => gzip('x', callback),
  emitter: (callback) => new EventEmitter().once('event', callback).emit('event'),
  'stream data': (callback) => new PassThrough().once('data', callback).end('x'),
  'stream end': (callback) => new PassThrough().resume().once('end', callback).end('x'),
  'finished stream': (callback) => finished(Readable.from(['x']).resume(), callback),
}

/** Places in the life of the pair itself. */
function watch(req: Request, res: Response, at: At): void {
  req.once('data', at('request data'))
  req.once('end', at('request end'))
  req.once('close', at('request close'))
  res.once('drain', at('response drain'))
  res.once('finish', at('response finish'))
  res.once('close', at('response close'))
  onFinished(res, at('on-finished'))
}

const OF_THE_PAIR = [
  'request data',
  'request end',
  'request close',
  'response drain',
  'response finish',
  'response close',
  'on-finished',
]

describe.each(EXPRESSES_IN_MODES)(
  'getInvocation() in a hundred requests at once under $name in $mode-value mode',
  ({ express, mode }) => {
    it('gives each its own wherever Node or a middleware calls back', async () => {
      const seen = new Map<string, Map<string, string | undefined>>()
      const app = express()
      const upload = multer({ storage: multer.memoryStorage() }).single('file')
      const visit = async (req: Request, res: Response): Promise<void> => {
        const places = new Map<string, string | undefined>()
        seen.set(req.url, places)
        const at: At = (place) => () => places.set(place, getInvocation()?.context?.awsRequestId)
        watch(req, res, at)
        await new Promise<void>((resolve) => {
          upload(req, res, () => {
            at('multer')()
            resolve()
          })
        })
        await Promise.all(
          Object.entries(WAYS).map(
            async ([place, way]) =>
              new Promise<void>((resolve) => {
                way(() => {
                  at(place)()
                  resolve()
                })
              }),
          ),
        )
        at('await')()
        // More than the response takes without asking the app to wait.
        res.write('x'.repeat(100_000))
        res.once('drain', () => res.end(req.file?.buffer))
      }
      app.use((req, res) => void visit(req, res))
      const handler = createHandler(app)
      const ids = Array.from({ length: SIZE }, (_, i) => `id-${i}`)
      const answers = await within(
        DEADLINE_MS,
        'answers',
        Promise.all(
          ids.map((id) =>
            invoke(
              handler,
              createAlbEvent({
                method: 'POST',
                url: `/${id}`,
                headers: { 'content-type': 'multipart/form-data; boundary=b' },
                body: `--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n${id}\r\n--b--\r\n`,
                mode,
              }),
              { context: createLambdaContext({ awsRequestId: id }) },
            ),
          ),
        ),
      )
      expect(answers.map((answer) => answer.text().replace(/^x+/, ''))).toEqual(ids)
      await turn()
      const places = [...Object.keys(WAYS), ...OF_THE_PAIR, 'multer', 'await'].toSorted()
      for (const id of ids) {
        expect([...(seen.get(`/${id}`)?.keys() ?? [])].toSorted()).toEqual(places)
        expect(new Set(seen.get(`/${id}`)?.values())).toEqual(new Set([id]))
      }
      expect(getInvocation()).toBe(undefined)
    })
  },
)
