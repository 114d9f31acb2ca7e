import { createServer } from 'node:http'
import { createApp } from './app.js'
import { readConfig } from './config.js'
import { openDatabase } from './db/open.js'

/** How long requests under way may take when the server is told to end. */
const GRACE_MS = 10_000

const config = readConfig()
const database = await openDatabase(config)
const server = createServer(await createApp({ config, database }))

// Longer than a load balancer keeps a connection at rest (60 s by default): else it may send a request into one that
// is just being closed, and its client gets a 502.
server.keepAliveTimeout = 65_000

server.listen(Number(process.env['PORT'] ?? 3000), () => {
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : address
  console.log(`Listening on http://localhost:${port} (${database.kind})`)
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    // No new connections; requests under way may finish, and then their connections are closed at once instead of
    // waiting for another request.
    const closing = setInterval(() => {
      server.closeIdleConnections()
    }, 100)
    server.close(() => {
      clearInterval(closing)
      void database.close()
    })
    setTimeout(() => {
      server.closeAllConnections()
    }, GRACE_MS).unref()
  })
}
