// The service that is started cold: what a small Express service has, and no more.
import express from 'express'

export const app = express()
app.use(express.json())
app.get('/products/:id', (req, res) => {
  res.cookie('seen', req.params.id, { httpOnly: true })
  res.json({ id: req.params.id, name: 'Teapot', price: 19.9 })
})

/** @type {import('../event.mjs').Request} */
export const request = { method: 'GET', path: '/products/7' }

/** @type {import('../workloads.mjs').Answer} */
export const answer = {
  status: 200,
  type: 'application/json; charset=utf-8',
  body: Buffer.from('{"id":"7","name":"Teapot","price":19.9}'),
  cookies: ['seen=7; Path=/; HttpOnly'],
}
