// What `npm start` runs: the same app twice, as a normal server and behind ALB events.
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { app } from './app.js'
import { createFront } from './front.js'
import { handler } from './lambda.js'

const direct = createServer(app)
const front = createFront(handler)

try {
  const directPort = await listen(direct, Number(process.env['PORT'] ?? 3000))
  const frontPort = await listen(front, directPort + 1)
  const directUrl = `http://localhost:${directPort}`
  const frontUrl = `http://localhost:${frontPort}`
  console.log(`
hello, as a normal server     ${directUrl}
hello, through ALB events     ${frontUrl}

Ask both who is asking:

  curl ${directUrl}/whoami ${frontUrl}/whoami -w '\\n'

Only "peer" and "ips" differ: behind the load balancer the app's peer is the load balancer, and the
client's address comes from X-Forwarded-For. Ctrl-C ends both.
`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
  close()
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, close)

function close(): void {
  for (const server of [direct, front]) {
    server.close()
    server.closeAllConnections()
  }
}

/** Listens on `port`, or on the next one that is free. */
async function listen(server: Server, port: number): Promise<number> {
  try {
    // IPv4, so that addresses look the same on both ports: on a socket for both families the client
    // 127.0.0.1 is ::ffff:127.0.0.1.
    server.listen(port, '0.0.0.0')
    await once(server, 'listening')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    console.error(`Port ${port} is in use, trying ${port + 1}. To choose one: PORT=8080 npm start`)
    return listen(server, port + 1)
  }
  return (server.address() as AddressInfo).port
}
