import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import request from 'supertest'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createAlb } from 'local-alb'
import { createAlbEvent, createHealthCheckEvent, invoke } from 'express-alb/testing'
import { buildExample } from '../../../scripts/build.mjs'
import { within } from '../../helpers/deadline.js'

const START_DEADLINE_MS = 30_000
const END_DEADLINE_MS = 5_000

describe('the service as npm start runs it', () => {
  beforeAll(async () => {
    await buildExample('service')
  }, 60_000)

  function start(env: NodeJS.ProcessEnv = {}): ChildProcess {
    const file = new URL('../../../packages/examples/service/dist/server.js', import.meta.url)
    const { DATABASE_URL: _, ...rest } = process.env
    const child = spawn(process.execPath, [fileURLToPath(file)], {
      env: { ...rest, PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    onTestFinished(() => {
      child.kill('SIGKILL')
    })
    return child
  }

  async function urlOf({ stdout }: ChildProcess): Promise<string> {
    for await (const line of createInterface(stdout!)) {
      const [url] = /http:\/\/localhost:\d+/.exec(line) ?? []
      if (url !== undefined) return url
    }
    throw new Error('It ended without listening')
  }

  it.skipIf(process.platform === 'win32')(
    'finishes what is under way when it is told to end, and ends',
    { timeout: 60_000 },
    async () => {
      const child = start()
      const url = await within(START_DEADLINE_MS, 'URL', urlOf(child))
      await request(url)
        .get('/login')
        .expect(200, /<h1>Log in<\/h1>/)
      await request(url).get('/static/style.css').expect(200)

      // A request whose body is not all there yet.
      const body = 'email=a%40example.com&password=0123456789'
      const socket = connect(Number(new URL(url).port), '127.0.0.1')
      const answer = once(socket.setEncoding('utf8'), 'data')
      socket.write(
        `POST /signup HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`,
      )
      // It has begun.
      expect(await within(END_DEADLINE_MS, 'interim response', answer)).toEqual([
        'HTTP/1.1 100 Continue\r\n\r\n',
      ])
      const exit = once(child, 'exit')
      child.kill('SIGTERM')
      await refusesConnections(url)
      const last = once(socket, 'data')
      socket.write(body)
      expect(String(await within(END_DEADLINE_MS, 'response', last))).toMatch(/^HTTP\/1\.1 303 /)
      expect(await within(END_DEADLINE_MS, 'end', exit)).toEqual([0, null])
    },
  )

  it('says what is wrong with its environment', { timeout: 60_000 }, async () => {
    const child = start({ DATABASE_URL: 'postgres://db.example.com/notes' })
    let text = ''
    child.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    expect(await within(START_DEADLINE_MS, 'end', once(child, 'close'))).toEqual([1, null])
    expect(text).toContain('SESSION_SECRET')
  })
})

/** Waits until nobody listens any more. */
async function refusesConnections(url: string): Promise<void> {
  const { port } = new URL(url)
  for (;;) {
    const socket = connect(Number(port), '127.0.0.1')
    const outcome = await Promise.race([
      once(socket, 'connect').then(() => 'connected'),
      once(socket, 'error').then(() => 'refused'),
    ]).catch(() => 'refused')
    socket.destroy()
    if (outcome === 'refused') return
  }
}

describe('the service as Lambda runs it', () => {
  it(
    'starts with the first request and answers those that come meanwhile',
    { timeout: 60_000 },
    async () => {
      vi.stubEnv('DATABASE_URL', '')
      const log = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
      const { handler } = await import('../../../packages/examples/service/src/lambda.js')
      const [health, page] = await Promise.all([
        invoke(handler, createHealthCheckEvent({ url: '/health' })),
        invoke(handler, createAlbEvent({ url: '/login', mode: 'multi' })),
      ])
      expect(health.status).toBe(200)
      expect(health.json()).toMatchObject({ status: 'ok' })
      expect(page.status).toBe(200)
      expect(page.text()).toContain('<h1>Log in</h1>')
      expect(log).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('"url":"/login"'))
      await request(createAlb(handler)).get('/static/notes.png').expect('content-type', 'image/png')
    },
  )
})
