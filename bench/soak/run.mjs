// 10,000 requests over 64 connections to a function in execution environments that throws, crashes, hangs and answers too
// much, with clients that leave: every answer must be its request's, none may be missing, and memory must stay flat.
//
//     npm run soak -- [--requests 10000]
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createAlb, createFunction } from 'local-alb'
import { agent, ask, askAndLeave } from './client.mjs'

const CONNECTIONS = 64
/** Growth of the heap that counts as flat, from a fifth of the way to the end, after a collection. */
const FLAT_BYTES = 16 * 1_048_576

const { values } = parseArgs({ options: { requests: { type: 'string', default: '10000' } } })
const requests = Number(values.requests)

/** Of 1000 requests, how many ask for which fault, and what the load balancer has to say of it. */
const FAULTS = [
  { path: '/throw', share: 40, status: 502, reason: 'LambdaUnhandled', explains: 'thrown for' },
  { path: '/crash', share: 8, status: 502, reason: 'LambdaUnhandled', explains: 'exit' },
  { path: '/hang', share: 4, status: 502, reason: 'LambdaUnhandled', explains: 'timed out' },
  { path: '/oversize', share: 10, status: 502, reason: 'LambdaResponseTooLarge', explains: '' },
  { path: '/invalid', share: 20, status: 502, reason: 'LambdaInvalidResponse', explains: '' },
]
const LEAVING = 10

const fn = createFunction({
  file: fileURLToPath(new URL('./function.mjs', import.meta.url)),
  timeoutSeconds: 2,
  // Those whose clients left are still busy.
  concurrency: CONNECTIONS * 2,
})
const alb = createAlb(fn)
/** @type {Map<string, { ended: number, reason: string | undefined, explanation: string | undefined, logs: readonly string[] }>} */
const records = new Map()
alb.on('exchange', (exchange) => {
  if (exchange.endedAt === undefined) return
  const id = new URLSearchParams(exchange.request.target.split('?')[1]).get('id') ?? ''
  const ended = (records.get(id)?.ended ?? 0) + 1
  const { refusal, invocation } = exchange
  records.set(id, {
    ended,
    reason: refusal?.errorReason,
    explanation: refusal?.explanation,
    // Of what went well nothing has to be told, and ten thousand logs are no flat memory.
    logs: refusal === undefined ? [] : toLogs(invocation?.logs ?? []),
  })
})

/** @param {readonly { stream: string, text: string }[]} logs */
function toLogs(logs) {
  return logs.map(({ stream, text }) => `    ${stream}: ${text.slice(0, 1000)}`)
}

/** @type {string[]} */
const problems = []

/**
 * @param {number} id
 * @param {string} what
 */
function complain(id, what) {
  problems.push([`${id} ${what}`, ...(records.get(String(id))?.logs ?? [])].join('\n'))
}

let answered = 0
let left = 0

/** @param {number} id */
async function one(id) {
  const dice = (id * 7919) % 1000
  if (dice >= 1000 - LEAVING) {
    await askAndLeave(port, `/ok?id=${id}`)
    left += 1
    return
  }
  let edge = 0
  const fault = FAULTS.find(({ share }) => dice < (edge += share))
  const { status, body } = await ask(port, `${fault?.path ?? '/ok'}?id=${id}`)
  answered += 1
  const record = records.get(String(id))
  if (fault === undefined) {
    if (status !== 200 || body !== `answer to ${id}`) {
      complain(id, `/ok: ${status} ${record?.explanation ?? body.slice(0, 80)}`)
    }
  } else if (status !== fault.status) {
    complain(id, `${fault.path}: ${status} instead of ${fault.status}`)
  } else if (
    record?.reason !== fault.reason ||
    !record.explanation?.toLowerCase().includes(fault.explains)
  ) {
    complain(id, `${fault.path}: explained as ${record?.reason}: ${record?.explanation}`)
  }
}

function heap() {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

alb.listen(0)
const port = alb.address()?.port ?? 0
const start = performance.now()
let next = 0
let early = 0
await Promise.all(
  Array.from({ length: CONNECTIONS }, async () => {
    while (next < requests) {
      const id = next++
      if (id === Math.floor(requests / 5)) early = heap()
      await one(id)
    }
  }),
)
const seconds = (performance.now() - start) / 1000
const late = heap()
agent.destroy()
await alb[Symbol.asyncDispose]()

const unended = Array.from({ length: requests }, (_, id) => String(id)).filter((id) => {
  return records.get(id)?.ended !== 1
})
// A client that left so early that its request never arrived leaves no record.
if (unended.length > left) problems.push(`not ended exactly once: ${unended.slice(0, 10).join()}`)
if (answered + left !== requests) problems.push(`${answered} answers and ${left} left`)
if (late - early > FLAT_BYTES) {
  problems.push(`the heap grew from ${toMb(early)} to ${toMb(late)}`)
}

/** @param {number} bytes */
function toMb(bytes) {
  return `${(bytes / 1_048_576).toFixed(1)} MB`
}

console.log(
  `${answered} answers and ${left} clients that left, in ${seconds.toFixed(1)} s; heap ${toMb(early)} -> ${toMb(late)}`,
)
for (const problem of problems.slice(0, 20)) console.log(`  ${problem}`)
const failed = problems.length
console.log(`${answered + left - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
