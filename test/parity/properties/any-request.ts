import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DIFFERENCES } from '../../../bench/fuzz/differences/index.mjs'
import { tried } from '../../helpers/property.js'
import { anyAnswer, NO_ANSWER } from './answers.js'
import { BothWays } from '../../helpers/both-ways.js'
import { anyAround, makeEcho } from './echo.js'
import { anyRequest } from './requests.js'

const exchange = fc.record({ request: anyRequest, around: anyAround, answer: anyAnswer })

const UNANSWERED = {
  request: {
    method: 'GET',
    target: '/',
    version: '1.1',
    headers: [['Host', 'example.com']],
    body: Buffer.alloc(0),
  },
  around: { express: 'none', trustProxy: false, queryParser: 'simple' },
  answer: NO_ANSWER,
} as const

function startedWays(): BothWays {
  const ways = new BothWays()
  beforeAll(() => ways.start())
  afterAll(() => ways.close())
  return ways
}

export function describeAnyRequest(numRuns: number): void {
  describe('any request that HTTP allows', () => {
    const ways = startedWays()

    it('is seen and answered behind the load balancer as on a plain server', async () => {
      await fc.assert(
        fc.asyncProperty(exchange, ({ request, around, answer }) =>
          ways.expectSame((seen) => makeEcho(around, answer, seen), request),
        ),
        tried(numRuns),
      )
    })
  })
}

/** @param numRuns at the most, until a case is found that is the same with all differences and not without the one */
export function describeDifferences(numRuns: number): void {
  describe('the differences that are allowed', () => {
    const ways = startedWays()

    // One that nothing needs could only hide a fault.
    it.each(DIFFERENCES.map((one) => [one.name, one] as const))(
      'are needed: %s',
      async (_name, left) => {
        const others = DIFFERENCES.filter((one) => one !== left)
        const { failed } = await fc.check(
          fc.asyncProperty(exchange, async ({ request, around, answer }) => {
            const isSame = (differences: typeof DIFFERENCES): Promise<boolean> =>
              ways
                .expectSame((seen) => makeEcho(around, answer, seen), request, differences)
                .then(
                  () => true,
                  () => false,
                )
            return (await isSame(others)) || !(await isSame(DIFFERENCES))
          }),
          {
            numRuns,
            endOnFailure: true,
            examples: /never comes/.test(left.name) ? [[UNANSWERED]] : [],
          },
        )
        expect(failed).toBe(true)
      },
    )
  })
}
