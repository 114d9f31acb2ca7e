// A test suite of a user's, which knows nothing of local-alb: run through it, it sees what the load balancer adds.
import assert from 'node:assert'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test } from 'node:test'

void test('answers', async () => {
  const server = createServer((req, res) => {
    res.end(req.headers['x-amzn-trace-id'] === undefined ? 'direct' : 'through')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  const response = await fetch(`http://127.0.0.1:${port}/`)
  const body = await response.text()
  server.closeAllConnections()
  server.close()
  assert.strictEqual(body, process.env['EXPECTED'])
})
