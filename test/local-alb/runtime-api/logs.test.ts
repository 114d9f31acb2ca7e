import { describe, expect, it } from 'vitest'
import type {
  InvokeOutcome,
  LogLine,
} from '../../../packages/local-alb/src/targets/lambda-function.js'
import { CLIENTS, invoke, open, platformLines, written } from './functions.js'

interface Heard {
  readonly line: LogLine
  readonly environment: string
  readonly requestId: string | undefined
}

describe.each(CLIENTS)('the logs of a function run by %s', (runtimeClient) => {
  it('are the lines of the invocation that wrote them, between those of Lambda', async () => {
    const heard: Heard[] = []
    const fn = open(
      `console.log('loading')
       export const handler = async ({ name }) => {
         console.log('%s and\\nmore', name, { a: 1 })
         console.error('bad %s', name)
         process.stderr.write('raw ' + name + '\\r\\nno end')
         process.stdout.write('no end ' + name)
       }`,
      {
        runtimeClient,
        memoryMb: 512,
        onLog: (line, environment, requestId) => heard.push({ line, environment, requestId }),
      },
    )
    const first = await invoke(fn, { name: 'é1' })
    const second = await invoke(fn, { name: 'é2' })
    const ids = [first, second].map(({ invocation }) => invocation.requestId)
    const of = (outcome: InvokeOutcome, stream: LogLine['stream']): string[] =>
      outcome.invocation.logs
        .filter((line) => line.stream === stream)
        .map(({ text }) => text.replace(/^\d{4}-\S+Z/, 'TIME'))

    expect(of(first, 'stdout')).toEqual([
      'TIME\t-\tINFO\tloading',
      `TIME\t${ids[0]}\tINFO\té1 and\nmore { a: 1 }`,
      `TIME\t${ids[0]}\tERROR\tbad é1`,
      'no end é1',
    ])
    expect(of(second, 'stdout')).toEqual([
      `TIME\t${ids[1]}\tINFO\té2 and\nmore { a: 1 }`,
      `TIME\t${ids[1]}\tERROR\tbad é2`,
      'no end é2',
    ])
    expect(of(first, 'stderr')).toEqual(['raw é1', 'no end'])
    expect(of(second, 'stderr')).toEqual(['raw é2', 'no end'])
    const report =
      'Duration: \\d+\\.\\d\\d ms\tBilled Duration: \\d+ ms\tMemory Size: 512 MB(\tMax Memory Used: \\d+ MB)?'
    expect(of(first, 'platform')).toEqual([
      expect.stringMatching(/^INIT_START Runtime Version: nodejs:\d+\./),
      `START RequestId: ${ids[0]} Version: $LATEST`,
      `END RequestId: ${ids[0]}`,
      expect.stringMatching(
        new RegExp(`^REPORT RequestId: ${ids[0]}\t${report}\tInit Duration: \\d+\\.\\d\\d ms$`),
      ),
    ])
    expect(of(second, 'platform')).toEqual([
      `START RequestId: ${ids[1]} Version: $LATEST`,
      `END RequestId: ${ids[1]}`,
      expect.stringMatching(new RegExp(`^REPORT RequestId: ${ids[1]}\t${report}$`)),
    ])
    // What the function wrote stands between START and END.
    const streams = second.invocation.logs.map(({ stream }) => stream)
    expect([streams[0], ...streams.slice(-2)]).toEqual(['platform', 'platform', 'platform'])

    // Heard one by one as they came, with the request they belong to.
    expect(heard.map(({ line }) => line)).toEqual([
      ...first.invocation.logs,
      ...second.invocation.logs,
    ])
    expect(new Set(heard.map(({ environment }) => environment))).toEqual(
      new Set([first.invocation.environment]),
    )
    const owners = heard.map(({ requestId }) => requestId)
    const ownLines = first.invocation.logs.length
    expect(owners.slice(0, 3)).toEqual([undefined, undefined, ids[0]])
    expect(new Set(owners.slice(2, ownLines))).toEqual(new Set([ids[0]]))
    expect(new Set(owners.slice(ownLines))).toEqual(new Set([ids[1]]))
  })

  it('are whole when the process exits at once', async () => {
    const fn = open(
      `export const handler = () => {
         for (let n = 0; n < 5000; n += 1) process.stdout.write('line ' + n + '.'.repeat(90) + '\\n')
         process.exit(0)
       }`,
      { runtimeClient },
    )
    const lines = written(await invoke(fn))
    expect(lines).toHaveLength(5000)
    expect(lines.at(-1)).toMatch(/^line 4999\./)
  })

  it.each([
    ['lines', `for (let n = 0; n < 25_000; n += 1) console.log(n)`, 10_000, '15000 lines'],
    ['text', `for (let n = 0; n < 30; n += 1) console.log('x'.repeat(100_000))`, 10, '20 lines'],
    ['one line', `process.stdout.write('y'.repeat(5_000_000) + '\\nshort\\n')`, 0, /^\d line/],
  ])('are cut off in a flood of %s, for this invocation', async (_title, body, kept, dropped) => {
    const fn = open(
      `export const handler = ({ quiet }) => {
         if (quiet) console.log('quiet')
         else { ${body} }
         return 'done'
       }`,
      { runtimeClient },
    )
    const outcome = await invoke(fn)
    expect(outcome).toMatchObject({ kind: 'success', payload: '"done"' })
    expect(written(outcome)).toHaveLength(kept)
    const note = platformLines(outcome).find((line) => line.startsWith('local-alb dropped '))
    expect(note?.replace('local-alb dropped ', '')).toMatch(dropped)
    expect(platformLines(outcome).at(-1)).toMatch(/^REPORT/)
    expect(written(await invoke(fn, { quiet: true }))).toEqual([
      expect.stringMatching(/\tINFO\tquiet$/),
    ])
  })
})
