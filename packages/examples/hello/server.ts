import { app } from './app.js'

const port = Number(process.env['PORT'] ?? 3000)

export const server = app.listen(port, (error) => {
  // Express 5 hands over what went wrong, such as a port in use.
  if (error) throw error
  console.log(`Listening on http://localhost:${port}`)
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    // Takes no new connection and lets what is under way finish; then the process runs out.
    server.close()
  })
}
