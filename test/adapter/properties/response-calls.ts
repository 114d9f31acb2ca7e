import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { BothWays } from '../../helpers/both-ways.js'
import { tried } from '../../helpers/property.js'
import { FRAMES, type Frame } from '../../helpers/response-frames.js'
import type { Listener } from '../../helpers/response-wire.js'
import { anyCommand, codeOf, type Command, type Note, uncorkAll } from './response-commands.js'

type Pause = 'none' | 'promise' | 'tick' | 'immediate'

interface Script {
  readonly frame: Frame
  readonly steps: readonly (Command & { readonly pause: Pause })[]
  readonly hears: boolean
}

const script: fc.Arbitrary<Script> = fc.record({
  frame: fc.constantFrom(...FRAMES),
  steps: fc.array(
    fc
      .tuple(anyCommand, fc.constantFrom<Pause>('none', 'none', 'promise', 'tick', 'immediate'))
      .map(([command, pause]) => ({ ...command, pause })),
    { maxLength: 10 },
  ),
  hears: fc.boolean(),
})

const WAITS: Readonly<Record<Pause, () => Promise<unknown>>> = {
  none: () => Promise.resolve(),
  promise: () => Promise.resolve(),
  tick: () =>
    new Promise<void>((resolve) => {
      process.nextTick(resolve)
    }),
  immediate: () => new Promise(setImmediate),
}

/** A listener that does what the script says and notes all that it is told. */
function makePlayer({ frame, steps, hears }: Script, trace: unknown[]): Listener {
  // Left out is a callback's place beside `drain` (docs/compatibility.md): only that among the calls counts.
  let calls = 0
  // So is when it comes below a cork of the app's.
  const corks = steps.some(({ shown }) => shown.startsWith('cork'))
  const callbacks: string[] = []
  trace.push(callbacks)
  const note: Note = (what) => trace.push(what)
  const noteCallback: Note = (what) =>
    callbacks.push(corks ? 'called back' : `${what}, after call ${calls}`)
  return frame.wrap(async (req: IncomingMessage, res: ServerResponse) => {
    // Without a listener an error would be one that nobody handles, on either way.
    res.on('error', (error) => {
      note(`res error ${codeOf(error)}`)
    })
    // Each pipeline brings some of its own.
    res.setMaxListeners(0)
    if (hears) {
      const heard = ['finish', 'close', ...(corks ? [] : ['drain'])]
      for (const event of heard) res.on(event, () => note(`res ${event}`))
      for (const event of ['end', 'close']) req.on(event, () => note(`req ${event}`))
    }
    for (const { call, shown, pause } of steps) {
      // Left out: what is ended after it was destroyed says 'finish' where something was written (docs/compatibility.md).
      if (res.destroyed && !res.writableEnded && /^(?:end|pipeline)/.test(shown)) continue
      calls += 1
      try {
        const returned = call(res, noteCallback)
        const isHidden = corks && typeof returned === 'boolean'
        note(`${shown}: ${isHidden ? '' : outcomeOf(returned, res)}`)
        if (returned instanceof Promise) note(`  settled: ${String(await returned)}`)
      } catch (error) {
        note(`${shown}: throws ${codeOf(error)}`)
      }
      note(`  ${stateOf(res, corks)}`)
      // A connection that is destroyed closes some turns of the event loop later; how many, nothing promises.
      const waits = res.destroyed && pause === 'immediate' ? 'tick' : pause
      if (waits !== 'none') await WAITS[waits]()
    }
    uncorkAll(res)
    try {
      if (!res.writableEnded && !res.destroyed) res.end()
    } catch (error) {
      note(`end(): throws ${codeOf(error)}`)
      res.destroy()
    }
  })
}

function outcomeOf(returned: unknown, res: ServerResponse): string {
  if (returned === res) return 'res'
  return JSON.stringify(returned) ?? 'undefined'
}

function stateOf(res: ServerResponse, corks: boolean): string {
  const { headersSent, statusCode, statusMessage, writableEnded, writableCorked, destroyed } = res
  // Below a cork of the app's, this is left out like `drain`.
  const writableNeedDrain = !corks && res.writableNeedDrain
  const flags = { headersSent, writableEnded, destroyed, writableNeedDrain }
  const names = Object.entries(flags).filter(([, holds]) => holds)
  return [statusCode, statusMessage, writableCorked, ...names.map(([name]) => name)].join(' ')
}

/** Long enough for what follows an answer. */
async function settle(): Promise<void> {
  for (let round = 0; round < 3; round++) {
    await delay(1)
    await new Promise(setImmediate)
  }
}

export function describeResponseCalls(numRuns: number): void {
  const ways = new BothWays(settle)

  beforeAll(() => ways.start())
  afterAll(() => ways.close())

  describe('any sequence of calls on a response', () => {
    it('sends, returns, throws and tells what it does on a real server', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom('GET', 'GET', 'POST', 'HEAD'),
          script,
          async (method, played) => {
            const headers = [['Host', 'example.com']] as const
            const request = { method, target: '/', version: '1.1', headers } as const
            await ways.expectSame((trace) => makePlayer(played, trace), {
              ...request,
              body: Buffer.alloc(0),
            })
          },
        ),
        tried(numRuns),
      )
    })
  })
}
