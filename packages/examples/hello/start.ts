// Placeholder: serves the app on one port until the front that speaks ALB events is here.
import { app } from './app.js'

const server = app.listen(Number(process.env['PORT'] ?? 3000), () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') {
    console.log(`http://localhost:${address.port}`)
  }
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close()
    server.closeAllConnections()
  })
}
