import type { Socket } from 'node:net'
import { pipeline } from 'node:stream'
import type { Express, NextFunction, Request, RequestHandler, Response } from 'express'
import type express5 from 'express'
import type { getInvocation } from 'express-alb'
import type { Scheduler } from './scheduler.js'

const PIECES = 5

/** What an app that many share noted of one request. */
export interface Notes {
  /** For which invocation the code ran, whenever it went on. */
  readonly invocations: Set<string | undefined>
  readonly socket: Socket
}

/** An app whose handlers wait for their turn between any two steps. */
export interface SteppedApp {
  readonly app: Express
  /** By the id in the path. */
  readonly notes: ReadonlyMap<string, Notes>
}

/**
 * @param getters every `getInvocation` there is; all of them are asked at every step
 */
export function createSteppedApp(
  express: typeof express5,
  scheduler: Scheduler,
  getters: readonly (typeof getInvocation)[],
): SteppedApp {
  const notes = new Map<string, Notes>()
  const app = express()

  const step = async (id: string): Promise<void> => {
    await scheduler.turn(id)
    for (const get of getters) notes.get(id)?.invocations.add(get()?.context?.awsRequestId)
  }

  const route = (
    path: string,
    handle: (id: string, req: Request, res: Response) => Promise<void>,
    ...before: RequestHandler[]
  ): void => {
    app.post(`/${path}/:id`, ...before, (req, res, next) => {
      const id = String(req.params['id'])
      notes.set(id, { invocations: new Set(), socket: req.socket })
      void passOn(handle(id, req, res), next)
    })
  }

  route('written', async (id, req, res) => {
    const pieces: Buffer[] = []
    for await (const piece of req as AsyncIterable<Buffer>) pieces.push(piece)
    await step(id)
    res.cookie('id', id)
    for (const piece of inPieces(Buffer.concat(pieces))) {
      await step(id)
      res.write(piece)
    }
    await step(id)
    res.end()
  })
  route(
    'parsed',
    async (id, req, res) => {
      await step(id)
      const text = req.body as string
      await step(id)
      res.cookie('id', id).send(text)
    },
    express.text({ type: () => true }),
  )
  route('piped', async (id, req, res) => {
    res.cookie('id', id)
    await new Promise<void>((resolve, reject) => {
      const finish = (error?: Error | null): void => (error ? reject(error) : resolve())
      pipeline(
        req,
        async function* (source: AsyncIterable<Buffer>) {
          for await (const chunk of source) {
            for (const piece of inPieces(chunk)) {
              await step(id)
              yield piece
            }
          }
        },
        res,
        finish,
      )
    })
  })
  route('thrown', async (id) => {
    await step(id)
    throw new Error(id)
  })
  route('thrown-midway', async (id, _req, res) => {
    await step(id)
    res.write('half of it')
    await step(id)
    throw new Error(id)
  })
  route('destroyed', async (id, req, res) => {
    res.write('half of it')
    await step(id)
    req.socket.destroy()
  })
  route('hanging', async (id, _req, res) => {
    await step(id)
    res.write('half of it')
  })
  return { app, notes }
}

/** Express 4 does not wait for promises. */
async function passOn(work: Promise<void>, next: NextFunction): Promise<void> {
  try {
    await work
  } catch (error) {
    next(error)
  }
}

function inPieces(bytes: Buffer): Buffer[] {
  const length = Math.ceil(bytes.length / PIECES)
  return Array.from({ length: PIECES }, (_, i) => bytes.subarray(i * length, (i + 1) * length))
}
