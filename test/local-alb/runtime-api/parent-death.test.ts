import { spawn } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterEach, expect, it, vi } from 'vitest'
import { folderWith, stateOf } from './functions.js'

const SOURCES = fileURLToPath(
  new URL('../../../packages/local-alb/src/runtime-api', import.meta.url),
)

/** A program that has one environment idle and one busy, says who they are, and waits; or ends by itself. */
const PARENT = `
  import { createFunction } from './function.mjs'
  const fn = createFunction({
    file: new URL('lambda.mjs', import.meta.url).pathname,
    runtimeClient: process.argv[2],
    onLog: (line) => { if (line.text.includes('busy')) console.log(/busy (\\d+)/.exec(line.text)[1]) },
  })
  const outcome = await fn.invoke({ payload: '{}' })
  console.log(outcome.payload)
  if (process.argv[3] === 'busy') {
    await Promise.all([fn.invoke({ payload: '{}' }), fn.invoke({ payload: '{"busy":true}' })])
  }`

const LAMBDA = `
  export const handler = ({ busy }) => {
    if (busy) {
      console.log('busy', process.pid)
      for (;;);
    }
    return process.pid
  }`

const started: number[] = []

// Where a test has failed.
afterEach(() => {
  for (const pid of started.splice(0)) {
    if (stateOf(pid) !== 'gone') process.kill(pid, 'SIGKILL')
  }
})

async function start(
  ...args: string[]
): Promise<{ pids: number[]; parent: ReturnType<typeof spawn> }> {
  const folder = folderWith({ 'parent.mjs': PARENT, 'lambda.mjs': LAMBDA })
  await build({
    entryPoints: [join(SOURCES, 'function.ts')],
    outfile: join(folder, 'function.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  })
  cpSync(join(SOURCES, 'client'), join(folder, 'client'), { recursive: true })
  const parent = spawn(process.execPath, [join(folder, 'parent.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  started.push(parent.pid ?? NaN)
  const pids: number[] = []
  for await (const line of createInterface({ input: parent.stdout })) {
    pids.push(Number(line))
    started.push(Number(line))
    if (pids.length === (args[1] === 'busy' ? 2 : 1)) break
  }
  return { pids, parent }
}

const expectGone = async (pids: readonly number[]): Promise<void> => {
  await vi.waitFor(
    () => {
      expect(pids.map(stateOf)).toEqual(pids.map(() => 'gone'))
    },
    { timeout: 5_000, interval: 10 },
  )
}

it.runIf(process.platform !== 'win32')(
  'leaves no process behind when ours is killed, neither a frozen one nor one that hears nothing',
  async () => {
    const { pids, parent } = await start('own', 'busy')
    expect(new Set(pids).size).toBe(2)
    parent.kill('SIGKILL')
    await expectGone(pids)
  },
)

it.runIf(process.platform !== 'win32')(
  'lets a program end that does not close its function, and leaves nothing behind',
  async () => {
    const { pids, parent } = await start('own')
    await vi.waitFor(() => {
      expect(parent.exitCode).toBe(0)
    }, 5_000)
    await expectGone(pids)
  },
)
