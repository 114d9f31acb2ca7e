// Invocations that go well.
import assert from 'node:assert/strict'
import { createHealthCheckEvent } from 'express-alb/testing'
import { bytesOf, digest, textOf } from '../random.mjs'
import { assertOwn, eventOf } from './kind.mjs'

/** @param {import('./kind.mjs').Order} order @param {number} most */
const lengthOf = ({ size }, most) => Math.floor(size * most)

/** @type {readonly import('./kind.mjs').Kind[]} */
export const ANSWERED = [
  {
    name: 'GET',
    share: 2600,
    make: (order) => ({
      event: eventOf(order, { url: `/items/${order.id}?q=%C3%A9+${order.seed}` }),
      check(answer) {
        assertOwn(answer, order)
        assert.deepEqual(answer.json(), { id: order.id, q: `é ${order.seed}` })
      },
    }),
  },
  {
    name: 'HEAD',
    share: 200,
    make: (order) => ({
      event: eventOf(order, { method: 'HEAD', url: `/items/${order.id}` }),
      check(answer) {
        assertOwn(answer, order)
        assert.equal(answer.body.length, 0)
      },
    }),
  },
  {
    name: 'not modified',
    share: 100,
    make: (order) => ({
      event: eventOf(order, { url: `/items/${order.id}`, headers: { 'if-none-match': '*' } }),
      check: (answer) => assertOwn(answer, order, 304),
    }),
  },
  {
    name: 'JSON',
    share: 2000,
    make(order) {
      const body = { id: order.id, text: textOf(order.seed, lengthOf(order, 300)) }
      return {
        event: eventOf(order, { method: 'POST', url: '/echo', body }),
        check(answer) {
          assertOwn(answer, order)
          assert.deepEqual(answer.json(), body)
        },
      }
    },
  },
  {
    name: 'form',
    share: 200,
    make: (order) => ({
      event: eventOf(order, {
        method: 'POST',
        url: '/form',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: `id=${order.id}&x=%C3%A9+b`,
      }),
      check(answer) {
        assertOwn(answer, order)
        assert.deepEqual(answer.json(), { id: order.id, x: 'é b' })
      },
    }),
  },
  {
    name: 'multipart upload',
    share: 200,
    make(order) {
      const bytes = bytesOf(order.seed, lengthOf(order, 5000))
      const head = `--b\r\nContent-Disposition: form-data; name="file"; filename="${order.id}"\r\n\r\n`
      return {
        event: eventOf(order, {
          method: 'POST',
          url: '/files',
          headers: { 'content-type': 'multipart/form-data; boundary=b' },
          body: Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n--b--\r\n')]),
        }),
        check(answer) {
          assertOwn(answer, order)
          assert.deepEqual(answer.json(), { name: order.id, digest: digest(bytes) })
        },
      }
    },
  },
  ...['/blobs', '/streams'].map((url) => ({
    name: `upload to ${url}`,
    share: 500,
    /** @param {import('./kind.mjs').Order} order */
    make(order) {
      const bytes = bytesOf(order.seed, lengthOf(order, 20_000))
      return {
        event: eventOf(order, { method: 'PUT', url, body: bytes }),
        /** @param {import('./kind.mjs').ClientResponse} answer */
        check(answer) {
          assertOwn(answer, order)
          assert.equal(answer.text(), digest(bytes))
        },
      }
    },
  })),
  {
    name: 'download',
    share: 700,
    make(order) {
      const length = lengthOf(order, 20_000)
      return {
        event: eventOf(order, { url: `/blobs/${order.seed}/${length}` }),
        check(answer) {
          assertOwn(answer, order)
          assert.deepEqual(answer.body, bytesOf(order.seed, length))
        },
      }
    },
  },
  {
    name: 'cookies',
    share: 800,
    make: (order) => ({
      event: eventOf(order, {
        url: '/cookies',
        headers: { cookie: `id=${order.id}; seed=${order.seed}; c=d` },
      }),
      check(answer) {
        assertOwn(answer, order)
        assert.deepEqual(answer.headers['set-cookie'], [
          `id=${order.id}; Path=/; HttpOnly`,
          `seed=${order.seed}; Path=/; HttpOnly`,
          'c=d; Path=/; HttpOnly',
        ])
      },
    }),
  },
  {
    name: 'stream',
    share: 600,
    make(order) {
      const length = lengthOf(order, 600)
      return {
        event: eventOf(order, { url: `/streams/${order.seed}/${length}` }),
        check(answer) {
          assertOwn(answer, order)
          assert.equal(answer.text(), textOf(order.seed, length))
        },
      }
    },
  },
  {
    name: 'health check',
    share: 300,
    make: (order) => ({
      event: createHealthCheckEvent({ url: '/health', mode: order.mode }),
      check(answer) {
        assertOwn(answer, order)
        assert.equal(answer.text(), 'healthy')
      },
    }),
  },
  {
    name: 'hooks',
    share: 200,
    target: 'bare',
    make: (order) => ({
      event: eventOf(order, {}),
      check(answer) {
        assertOwn(answer, order)
        assert.equal(answer.headers['x-hook'], 'seen')
        assert.equal(answer.text(), order.id)
      },
    }),
  },
  {
    name: 'no content',
    share: 100,
    target: 'bare',
    make: (order) => ({
      event: eventOf(order, { url: '/empty' }),
      check: (answer) => assertOwn(answer, order, 204),
    }),
  },
]
