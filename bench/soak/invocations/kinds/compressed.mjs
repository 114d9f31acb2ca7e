// Invocations whose answers are compressed: by the app, and by the adapter when they are larger than an ALB takes.
import assert from 'node:assert/strict'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { bytesOf, digest, textOf } from '../random.mjs'
import { assertOwn, eventOf } from './kind.mjs'

/** About 1.3 MB. */
const LARGE_WORDS = 220_000

/** @type {readonly import('./kind.mjs').Kind[]} */
export const COMPRESSED = [
  {
    name: 'compressed by the app',
    share: 300,
    make(order) {
      const length = Math.floor(order.size * 1000)
      return {
        event: eventOf(order, {
          url: `/texts/${order.seed}/${length}`,
          headers: { 'accept-encoding': 'gzip' },
        }),
        check(answer) {
          assertOwn(answer, order)
          assert.equal(answer.headers['content-encoding'], 'gzip')
          assert.equal(gunzipSync(answer.body).toString(), textOf(order.seed, length))
        },
      }
    },
  },
  {
    name: 'compressed by the adapter',
    share: 1,
    make: (order) => ({
      event: eventOf(order, {
        url: `/large/${order.seed % 8}/${LARGE_WORDS}`,
        headers: { 'accept-encoding': 'br' },
      }),
      check(answer) {
        assertOwn(answer, order)
        assert.equal(answer.headers['content-encoding'], 'br')
        const text = textOf(order.seed % 8, LARGE_WORDS)
        assert.equal(digest(brotliDecompressSync(answer.body)), digest(text))
      },
    }),
  },
  {
    name: 'too large',
    share: 1,
    logs: ['too-large'],
    make: (order) => ({
      event: eventOf(order, { url: `/blobs/${order.seed}/1100000` }),
      check(answer) {
        assert.deepEqual([answer.refusal, answer.status], [undefined, 500])
      },
    }),
  },
  {
    name: 'upload of 1 MB',
    share: 2,
    make(order) {
      const bytes = bytesOf(order.seed, 1_048_576)
      return {
        event: eventOf(order, { method: 'PUT', url: '/blobs', body: bytes }),
        check(answer) {
          assertOwn(answer, order)
          assert.equal(answer.text(), digest(bytes))
        },
      }
    },
  },
]
