import express from 'express'

export const app = express()

// Believe X-Forwarded-* when the peer has a private address, as a load balancer has. Right behind an
// ALB and without one. Where clients have private addresses too, count hops instead: 1.
app.set('trust proxy', 'uniquelocal')

app.get('/', (_req, res) => {
  res.send('Hello')
})

app.get('/whoami', (req, res) => {
  const { ip, ips, protocol, hostname } = req
  res.json({ ip, ips, protocol, hostname, peer: req.socket.remoteAddress })
})

app.get('/cookies', (_req, res) => {
  res
    .cookie('first', '1')
    .cookie('second', '2', { httpOnly: true })
    .cookie('third', '3')
    .send('Set')
})

app.all('/echo', express.json(), (req, res) => {
  res.json({ method: req.method, url: req.url, query: req.query, body: req.body as unknown })
})

// One transparent pixel: bytes that are not text.
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)

app.get('/pixel.png', (_req, res) => {
  res.type('png').send(PIXEL)
})
