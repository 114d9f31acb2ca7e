// Tests as the owner of the service may have them: they know nothing of functions.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'

const { createApp } =
  /** @type {{ createApp: (options: object) => Promise<import('node:http').RequestListener> }} */ (
    await import(new URL('../dist/app.js', import.meta.url).href)
  )

/** @type {import('node:http').Server} */
let server
let origin = ''

before(async () => {
  server = createServer(await createApp({ log: () => false })).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  origin = `http://127.0.0.1:${port}`
})

after(() => {
  server.close()
  // The database in memory keeps a timer of its own for some seconds.
  setImmediate(() => process.exit())
})

void test('it is healthy', async () => {
  const response = await fetch(`${origin}/health`)
  assert.equal(response.status, 200)
})

void test('whoever signs up is logged in', async () => {
  const signup = await fetch(`${origin}/signup`, {
    method: 'POST',
    body: new URLSearchParams({ email: 'a@shop.example', password: 'correct-horse-battery' }),
    redirect: 'manual',
  })
  assert.equal(signup.status, 303)
  const cookie = signup.headers.getSetCookie().map((one) => one.split(';')[0])
  const me = await fetch(`${origin}/api/me`, { headers: { cookie: cookie.join('; ') } })
  assert.equal(me.status, 200)
})
