// A runner for tests that are scripts, as Node's own are: each runs in a process of its own and passes when its exit
// code is 0 and no assertion failed in a listener. One line of JSON for each outcome, written as it comes.
//
//     node scripts.mjs [--limit <seconds>] [--grep <pattern>] <file>...
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

/** Most of the time a script waits. */
const AT_ONCE = 3

const NOTICE = fileURLToPath(new URL('notice-assertions.cjs', import.meta.url))

const outcomes = process.env['COMPAT_OUTCOMES'] ?? ''

const { values, positionals } = parseArgs({
  options: { limit: { type: 'string', default: '10' }, grep: { type: 'string', default: '' } },
  allowPositionals: true,
})
const wanted = new RegExp(values.grep)
const queue = positionals.filter((file) => wanted.test(file)).entries()
await Promise.all(Array.from({ length: AT_ONCE }, (_, slot) => runQueue(slot)))
write({ end: true })

/** @param {number} slot */
async function runQueue(slot) {
  // The others take from the same queue.
  for (const [number, file] of queue) {
    const { state, error } = await runScript(file, slot)
    write({ number, file, title: file, state, ...(error !== undefined && { error }) })
  }
}

/**
 * @param {string} file
 * @param {number} slot of those that run at once; Node's tests name their temporary folder by it
 * @returns {Promise<{ state: import('./outcomes.mjs').State, error?: string }>}
 */
async function runScript(file, slot) {
  const env = { ...process.env, TEST_THREAD_ID: String(slot) }
  const child = spawn(process.execPath, ['--require', NOTICE, ...flagsOf(file), file], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: what it started ends with it.
    detached: true,
  })
  const end = () => {
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL')
    } catch {
      // Nobody is left.
    }
  }
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (output += text))
  }
  const limit = AbortSignal.timeout(Number(values.limit) * 1000)
  limit.addEventListener('abort', end)
  const [code, signal] = await once(child, 'exit')
  limit.removeEventListener('abort', end)
  end()
  // As Node's own common.skip() says it.
  if (code === 0) return { state: /^1\.\.0 # Skipped/m.test(output) ? 'skip' : 'pass' }
  const how = signal === null ? `exit code ${code}` : limit.aborted ? 'no end' : String(signal)
  return { state: 'fail', error: `${how}\n${output.trimEnd().split('\n').slice(-30).join('\n')}` }
}

/** What the file's own first lines ask of Node. @param {string} file */
function flagsOf(file) {
  const [, flags = ''] = /^\/\/ Flags:(.*)$/m.exec(readFileSync(file, 'utf8')) ?? []
  return flags.split(' ').filter((flag) => flag !== '')
}

/** @param {object} outcome */
function write(outcome) {
  appendFileSync(outcomes, `${JSON.stringify(outcome)}\n`)
}
