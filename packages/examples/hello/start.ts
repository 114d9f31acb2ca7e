// What `npm start` runs: the app as a normal server and as a function, behind one load balancer.
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { serve, type Served } from 'local-alb'
import { app } from './app.js'

const CONFIG = fileURLToPath(new URL('../load-balancer.json', import.meta.url))

const server = createServer(app)
let starting: Promise<Served> | undefined

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close())

try {
  const serverPort = await listen(server, Number(process.env['PORT'] ?? 3000))
  const serverUrl = `http://127.0.0.1:${serverPort}`
  starting = startBalancer(serverUrl, serverPort + 1)
  const { alb, inspector } = await starting
  const column = (text: string): string => text.padEnd(serverUrl.length)
  console.log(`
  hello, twice, behind one load balancer; each gets half of the requests

  Load balancer  ${alb.url}
    server       ${column(serverUrl)}  app.ts on a port, as on EC2
    function     ${column('dist/lambda.js')}  app.ts as a Lambda function
  Inspector      ${column(inspector?.url ?? 'off')}  each request with its event, result and answer

  Ask a few times who is asking. "peer" tells who answered: 127.0.0.1 is the server, 10.0.0.2 the
  function. "ip", the client, stays the same:

    curl -w '\\n' ${alb.url}/whoami

  Rules in load-balancer.json let a request choose:

    curl -w '\\n' ${alb.url}/whoami -H 'x-target: server'
    curl -w '\\n' ${alb.url}/whoami -H 'x-target: function'

  Ctrl-C ends all.
`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
  await close()
}

async function close(): Promise<void> {
  server.close()
  server.closeAllConnections()
  // When it did not start, there is nothing to close.
  const balancer = await starting?.catch(() => undefined)
  await balancer?.close()
}

/** Listens on `port`, or on the next one that is free. */
async function listen(target: Server, port: number): Promise<number> {
  try {
    target.listen(port, '127.0.0.1')
    await once(target, 'listening')
  } catch (error) {
    if (!isInUse(error)) throw error
    console.error(`Port ${port} is in use, trying ${port + 1}. To choose one: PORT=4000 npm start`)
    return listen(target, port + 1)
  }
  return (target.address() as AddressInfo).port
}

/** The load balancer on `port`, or on the next one that is free. */
async function startBalancer(serverUrl: string, port: number): Promise<Served> {
  const { isTTY: color, columns: width } = process.stdout
  const output = { line: console.log, note: console.log, color, width }
  try {
    return await serve({ config: CONFIG, targets: { server: serverUrl }, port }, output)
  } catch (error) {
    if (!(error instanceof Error) || !isInUse(error.cause)) throw error
    return startBalancer(serverUrl, port + 1)
  }
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
}
