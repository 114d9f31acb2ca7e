// Events that no ALB sends, and bodies that no app takes.
import assert from 'node:assert/strict'
import { assertOwn, eventOf } from './kind.mjs'

/** Members that make an event invalid, each beside what the refusal names. */
const WRONG = /** @type {const} */ ([
  [{ httpMethod: 5 }, /event\.httpMethod/],
  [{ path: null }, /event\.path/],
  [{ body: 7 }, /event\.body/],
  [{ body: 'a', isBase64Encoded: true }, /event\.body/],
  [{ isBase64Encoded: 'no' }, /event\.isBase64Encoded/],
  [{ multiValueHeaders: [] }, /event\.multiValueHeaders/],
  [{ requestContext: {}, Records: [{ eventSource: 'aws:sqs' }] }, /aws:sqs/],
  [{ requestContext: { stage: 'prod' } }, /API Gateway/],
])

/** @type {readonly import('./kind.mjs').Kind[]} */
export const REFUSED = [
  {
    name: 'malformed event',
    share: 200,
    make(order) {
      const [members, pattern] = WRONG[order.seed % WRONG.length] ?? WRONG[0]
      return {
        event: /** @type {never} */ ({ ...eventOf(order, {}), ...members }),
        check: (answer) => assert.match(answer.refusal ?? '', pattern),
      }
    },
  },
  {
    name: 'body larger than the app takes',
    share: 20,
    make: (order) => ({
      event: eventOf(order, { method: 'POST', url: '/echo', body: { text: 'x'.repeat(110_000) } }),
      check: (answer) => assertOwn(answer, order, 413),
    }),
  },
  {
    name: 'broken JSON',
    share: 100,
    make: (order) => ({
      event: eventOf(order, {
        method: 'POST',
        url: '/echo',
        headers: { 'content-type': 'application/json' },
        body: `{"id":"${order.id}`,
      }),
      check: (answer) => assertOwn(answer, order, 400),
    }),
  },
  {
    name: 'no such page',
    share: 100,
    make: (order) => ({
      event: eventOf(order, { url: `/nowhere/${order.id}` }),
      check(answer) {
        assert.deepEqual([answer.refusal, answer.status], [undefined, 404])
        assert.match(answer.text(), new RegExp(`/nowhere/${order.id}<`))
      },
    }),
  },
]
