import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createHandler } from 'express-alb'
import { createAlbEvent, invoke } from 'express-alb/testing'
import { describe, expect, it } from 'vitest'
import { MODES } from '../../helpers/modes.js'

type Listener = (req: IncomingMessage, res: ServerResponse) => void

/** What an app can hear once it has ended its response in its synchronous part. */
const LATE_LISTENERS: readonly (readonly [string, (hear: (what: string) => void) => Listener])[] = [
  [
    'finish and close of the response, listened for a tick later',
    (hear) => (_req, res) => {
      process.nextTick(() => {
        res.on('finish', () => hear('finish'))
        res.on('close', () => hear('close'))
      })
      res.end('answer')
    },
  ],
  [
    'the end of the request, read a tick later',
    (hear) => (req, res) => {
      process.nextTick(() => {
        req.on('end', () => hear('end')).resume()
      })
      res.end('answer')
    },
  ],
  [
    'the callback of end()',
    (hear) => (_req, res) => {
      res.end('answer', () => hear('end() called back'))
    },
  ],
]

describe.each(MODES)('a response that the listener ends at once, %s', (mode) => {
  it.each(LATE_LISTENERS)('lets the app hear %s, as a real server does', async (_title, make) => {
    const heard: string[] = []
    const handler = createHandler(make((what) => heard.push(what)))
    const response = await invoke(handler, createAlbEvent({ mode }))
    await new Promise<void>((resolve) => {
      setImmediate(resolve)
    })

    const real: string[] = []
    const server = createServer(make((what) => real.push(what)))
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    const { port } = server.address() as { port: number }
    await (await fetch(`http://127.0.0.1:${port}/`)).text()
    await new Promise((resolve) => {
      server.close(resolve)
    })

    expect(response.text()).toBe('answer')
    expect(real).not.toEqual([])
    expect(heard).toEqual(real)
  })

  it('is the answer, whatever the app tries with it afterwards', async () => {
    const handler = createHandler((_req: IncomingMessage, res: ServerResponse) => {
      const bytes = Buffer.from('before')
      res.end(bytes)
      bytes.fill('x')
      res.statusCode = 500
      process.nextTick(() => res.destroy())
    })
    const response = await invoke(handler, createAlbEvent({ mode }))
    await new Promise<void>((resolve) => {
      setImmediate(resolve)
    })
    expect([response.status, response.text()]).toEqual([200, 'before'])
  })
})
