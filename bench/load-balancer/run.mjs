// How many requests a second local-alb answers with a function in its own process, beside the plain Express server.
//
//     node bench/load-balancer/run.mjs [--seconds 3] [--rounds 5] [--connections 64]
//
// Servers run in processes of their own and are measured in turn, round after round; the ratio is taken within a round,
// and of those the median. A wrong answer has no figure.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { median } from '../stats.mjs'
import { load } from './client.mjs'

const TARGET = 0.5
const KINDS = ['plain', 'single', 'multi']
const WANTED = {
  request:
    'GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nAccept: */*\r\nAccept-Encoding: gzip\r\n\r\n',
  body: 'Hello',
}

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '64' },
  },
})
const options = { seconds: Number(values.seconds), connections: Number(values.connections) }

const servers = await Promise.all(
  KINDS.map(async (kind) => {
    const child = fork(fileURLToPath(new URL('./server.mjs', import.meta.url)), [kind])
    const [port] = /** @type {[number]} */ (await once(child, 'message'))
    return { kind, child, port, rates: /** @type {number[]} */ ([]) }
  }),
)
try {
  for (const { port } of servers) await load(port, WANTED, { ...options, seconds: 1 })
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const server of round % 2 === 0 ? servers : servers.toReversed()) {
      const { requests, wrong, seconds } = await load(server.port, WANTED, options)
      if (wrong > 0) throw new Error(`${server.kind}: ${wrong} of ${requests} answers are wrong`)
      server.rates.push(requests / seconds)
    }
  }
} finally {
  for (const { child } of servers) child.kill()
}

const plain = servers[0]?.rates ?? []
console.log(`Node ${process.version}, ${options.connections} connections\n`)
console.log('                      requests/s   of plain Express')
for (const { kind, rates } of servers) {
  const share = median(rates.map((rate, i) => rate / (plain[i] ?? NaN)))
  const name = kind === 'plain' ? 'plain Express' : `local-alb, ${kind}-value`
  console.log(
    `${name.padEnd(24)}${median(rates).toFixed(0).padStart(8)}${share.toFixed(2).padStart(12)}`,
  )
  if (kind !== 'plain' && share < TARGET) process.exitCode = 1
}
console.log(
  `\nTarget: at least ${TARGET} of plain Express: ${process.exitCode === 1 ? 'NOT MET' : 'met'}`,
)
