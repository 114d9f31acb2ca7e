import { fileURLToPath } from 'node:url'
import { createAlb, createFunction, type AlbOptions, type Exchange } from 'local-alb'
import request from 'supertest'
import { afterEach, describe, expect, it } from 'vitest'

const open: { [Symbol.asyncDispose](): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((alb) => alb[Symbol.asyncDispose]()))
})

function start(...args: Parameters<typeof createAlb>): ReturnType<typeof createAlb> {
  const alb = createAlb(...args)
  open.push(alb)
  return alb
}

const FUNCTION = fileURLToPath(new URL('../fixtures/functions/path.mjs', import.meta.url))
const answerPath = async (event: unknown): Promise<unknown> => ({
  statusCode: 200,
  headers: { 'content-type': 'text/plain' },
  body: (event as { path: string }).path,
})

describe('supertest with a load balancer', () => {
  it.each([
    ['a handler', () => answerPath],
    ['the file of a function', () => FUNCTION],
    ['a function', () => createFunction({ file: FUNCTION })],
  ])('gets answer after answer from %s', async (_title, make) => {
    const alb = start(make())
    // supertest listens and closes for each of these.
    for (const path of ['/a', '/b', '/c']) {
      expect(await request(alb).get(path)).toMatchObject({ status: 200, text: path })
    }
    expect(alb.listening).toBe(false)
  })

  it('asks one that listens already, and leaves it alone', async () => {
    const alb = start(answerPath).listen(0)
    expect((await request(alb).get('/a')).text).toBe('/a')
    expect(alb.listening).toBe(true)
  })
})

describe('listen', () => {
  it.each([
    ['no argument', (alb: ReturnType<typeof createAlb>) => alb.listen()],
    ['a port', (alb: ReturnType<typeof createAlb>) => alb.listen(0)],
    ['options', (alb: ReturnType<typeof createAlb>) => alb.listen({ port: 0 })],
  ])('with %s takes 127.0.0.1, at once', (_title, listen) => {
    const alb = start(answerPath)
    listen(alb)
    expect(alb.address()).toMatchObject({ address: '127.0.0.1', family: 'IPv4' })
    expect(alb.url).toBe(`http://127.0.0.1:${alb.address()?.port}`)
  })

  it('says when the port is in use, as an event', async () => {
    const first = start(answerPath).listen(0)
    const second = start(answerPath)
    const error = await new Promise<Error>((resolve) => {
      second.once('error', resolve)
      second.listen(first.address()?.port ?? 0)
    })
    expect(error).toMatchObject({ code: 'EADDRINUSE' })
  })

  it('is what gives it a URL', () => {
    expect(() => start(answerPath).url).toThrow('call listen()')
  })
})

describe('an exchange', () => {
  it('is told of when it comes and when it is over, with numbers that go on', async () => {
    const alb = start(answerPath)
    const told: [id: number, ended: boolean][] = []
    alb.on('exchange', ({ id, endedAt }) => told.push([id, endedAt !== undefined]))
    await request(alb).get('/a')
    await request(alb).get('/b')
    expect(told).toEqual([
      [1, false],
      [1, true],
      [2, false],
      [2, true],
    ])
  })

  it.each(['single', 'multi'] as const)('can be replayed in %s-value mode', async (mode) => {
    const events: unknown[] = []
    const alb = start(
      async (event) => {
        events.push(event)
        return { statusCode: 201, body: 'made' }
      },
      { multiValueHeaders: mode === 'single' },
    )
    const seen: Exchange[] = []
    alb.on('exchange', (exchange) => seen.push(exchange))
    await request(alb).post('/a?b=1').set('content-type', 'text/plain').send('text')
    const [first] = seen
    const again = await alb.replay(first!, { mode })
    expect(again).toMatchObject({ id: 2, mode, response: { status: 201 } })
    expect(again.endedAt).toBeGreaterThan(again.startedAt)
    const field = mode === 'multi' ? 'multiValueHeaders' : 'headers'
    expect(events[1]).toMatchObject({ httpMethod: 'POST', path: '/a', body: 'text' })
    expect(Object.keys(events[1] as object)).toContain(field)
    expect(Object.keys(events[0] as object)).not.toContain(field)
  })
})

describe('what makes no sense', () => {
  it.each([
    ['a target', 42, {}, 'The target is 42; give a handler function'],
    ['no target', null, {}, 'The target is null; give a handler function'],
    [
      'a handler of three parameters',
      (_a: unknown, _b: unknown, _c: unknown) => 0,
      {},
      'declares 3 parameters',
    ],
    ['an option', answerPath, { multivalue: true }, 'Unknown option "multivalue"'],
    ['a value', answerPath, { xForwardedFor: 'no' }, '"xForwardedFor" is "no"; it must be one of'],
    ['a number', answerPath, { idleTimeoutSeconds: 0 }, 'an integer from 1 to 4000'],
  ])('%s is refused at once', (_title, target, options, message) => {
    expect(() => createAlb(target as never, options as AlbOptions)).toThrow(message)
  })
})
