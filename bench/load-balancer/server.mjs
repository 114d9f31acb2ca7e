// One server in a process of its own: the plain Express server, or the same app behind local-alb in this process.
import { createHandler } from 'express-alb'
import express from 'express'
import { createAlb } from 'local-alb'

const app = express()
app.get('/', (_req, res) => {
  res.send('Hello')
})

const [, , kind] = process.argv
const server =
  kind === 'plain'
    ? app.listen(0, '127.0.0.1')
    : createAlb(createHandler(app), { multiValueHeaders: kind === 'multi' }).listen(0)
server.on('listening', () => {
  const address = server.address()
  process.send?.(typeof address === 'object' ? address?.port : undefined)
})
process.on('disconnect', () => process.exit())
