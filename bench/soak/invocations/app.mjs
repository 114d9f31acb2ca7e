/* oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 */
// An Express 5 app with the middleware that services have, and routes for every fate of a request.
import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import compression from 'compression'
import cookieParser from 'cookie-parser'
import cors from 'cors'
import express from 'express'
import { getInvocation } from 'express-alb'
import helmet from 'helmet'
import multer from 'multer'
import { bytesOf, digest, textOf } from './random.mjs'

/**
 * Notes on a response for which invocation the code at this place runs.
 *
 * @param {import('node:http').ServerResponse} res
 */
export function sign(res) {
  res.setHeader('x-invocation', getInvocation()?.context?.awsRequestId ?? 'none')
}

const upload = multer({ storage: multer.memoryStorage() })
const raw = express.raw({ type: () => true, limit: '2mb' })

export const app = express()
app.use(helmet(), cors(), cookieParser())

app.get('/items/:id', async (req, res) => {
  await turn()
  sign(res)
  res.json({ id: req.params.id, q: req.query['q'] })
})
app.post('/echo', express.json(), (req, res) => {
  sign(res)
  res.json(req.body)
})
app.post('/form', express.urlencoded(), (req, res) => {
  sign(res)
  res.json(req.body)
})
app.post('/files', upload.single('file'), (req, res) => {
  sign(res)
  res.json({ name: req.file?.originalname, digest: digest(req.file?.buffer ?? '') })
})
app.put('/blobs', raw, (req, res) => {
  sign(res)
  res.send(digest(/** @type {Buffer} */ (req.body)))
})
app.put('/streams', async (req, res) => {
  const pieces = []
  for await (const piece of req) pieces.push(piece)
  sign(res)
  res.send(digest(Buffer.concat(pieces)))
})
app.get('/blobs/:seed/:length', (req, res) => {
  sign(res)
  res.send(bytesOf(Number(req.params.seed), Number(req.params.length)))
})
app.get('/cookies', (req, res) => {
  sign(res)
  const cookies = /** @type {Record<string, string>} */ (req.cookies)
  for (const [name, value] of Object.entries(cookies)) res.cookie(name, value, { httpOnly: true })
  res.json(cookies)
})
app.get('/streams/:seed/:length', async (req, res) => {
  await turn()
  sign(res)
  const { seed, length } = req.params
  await pipeline(Readable.from(inPieces(textOf(Number(seed), Number(length)))), res)
})
app.get('/texts/:seed/:length', compression({ threshold: 0 }), (req, res) => {
  const { seed, length } = req.params
  sign(res)
  res.type('text').send(textOf(Number(seed), Number(length)))
})
app.get('/large/:seed/:length', (req, res) => {
  sign(res)
  res.type('text').send(textOf(Number(req.params.seed), Number(req.params.length)))
})
app.get('/health', (_req, res) => {
  sign(res)
  res.send('healthy')
})

app.get('/thrown/:id', (req) => {
  throw new Error(req.params.id)
})
app.get('/rejected/:id', async (req) => {
  await turn()
  throw new Error(req.params.id)
})
app.get('/passed-on/:id', (req, _res, next) => {
  setImmediate(() => next(new Error(req.params.id)))
})
app.get('/hangs', () => {})
app.get('/hangs-midway', (_req, res) => {
  res.write('half of it')
})
app.get('/destroys-response', (_req, res) => {
  res.write('half of it')
  setImmediate(() => res.destroy())
})
app.get('/destroys-socket', (req) => {
  req.socket.destroy()
})
app.put('/destroys-request', (req) => {
  req.once('data', () => req.destroy(new Error('enough')))
})
app.put('/ends-early', (req, res) => {
  sign(res)
  res.end(req.get('x-id'))
})

/** @type {express.ErrorRequestHandler} */
const answerError = (
  /** @type {{ message: string, status?: number }} */ error,
  _req,
  res,
  next,
) => {
  if (res.headersSent) {
    next(error)
    return
  }
  sign(res)
  res.status(error.status ?? 500).json({ message: error.message })
}
app.use(answerError)

/** @param {string} text */
async function* inPieces(text) {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += 500) {
    await turn()
    yield bytes.subarray(at, at + 500)
  }
}
