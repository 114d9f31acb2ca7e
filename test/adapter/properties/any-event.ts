import fc from 'fast-check'
import { type AlbEvent, createHandler, ExpressAlbError } from 'express-alb'
import { createAlbEvent, createLambdaContext } from 'express-alb/testing'
import { describe, expect, it } from 'vitest'
import { resolveOptions } from '../../../packages/local-alb/src/options.js'
import { toResponse } from '../../../packages/local-alb/src/result/result.js'
import { within } from '../../helpers/deadline.js'
import { createForwardedRequest } from '../../helpers/http-request.js'
import { EXPRESSES, type Mode, MODES } from '../../helpers/modes.js'
import { tried } from '../../helpers/property.js'
import { anyEvent } from './events.js'

/** Far more than any event takes, and far less than a time that grows faster than the event. */
const ANSWER_DEADLINE_MS = 2_000

/** The fields of an event that a refusal can name. */
const FIELD =
  /^(?:event|event source|event\.(?:httpMethod|path|body|isBase64Encoded|(?:multiValueH|h)eaders|(?:multiValueQ|q)ueryStringParameters)(?:\[['"`].*)?) is /s

const settings = resolveOptions()

/** Fails for a result that the load balancer would refuse, by local-alb's own reading. */
function expectValid(result: unknown, multiValueHeaders: boolean): void {
  const response = toResponse(
    JSON.stringify(result),
    createForwardedRequest(),
    { multiValueHeaders },
    settings,
  )
  expect(response.status).toBeGreaterThanOrEqual(200)
}

/** A load balancer knows its mode; an event that is nearly one shows it by the map that the adapter goes by. */
const isMulti = (event: unknown): boolean =>
  Boolean((event as { multiValueHeaders?: unknown }).multiValueHeaders)

export function describeAnyEvent(numRuns: number): void {
  describe.each(EXPRESSES)('any JSON value as an event, $name', ({ express }) => {
    const app = express().set('env', 'test')
    app.use(express.json(), express.urlencoded({ extended: true }), express.text())
    app.use((req, res) => {
      res.json({ url: req.url, query: req.query, ip: req.ip, host: req.hostname, body: req.body })
    })
    const handler = createHandler(app, { logger: false })
    const answer = (event: unknown): Promise<unknown> =>
      within(ANSWER_DEADLINE_MS, 'answer', handler(event as AlbEvent, createLambdaContext()))

    async function expectGoodEventToWork(mode: Mode): Promise<void> {
      const body = JSON.stringify(await answer(createAlbEvent({ mode, url: '/good?a=b' })))
      expect(body).toContain('/good?a=b')
    }

    it('gives a valid result, or an error that names the field; then the next event works', async () => {
      const outcomes = new Set<string>()
      await fc.assert(
        fc.asyncProperty(anyEvent, fc.constantFrom(...MODES), async (event, mode) => {
          const before = JSON.stringify(Object.getOwnPropertyNames(Object.prototype))
          try {
            expectValid(await answer(event), isMulti(event))
            outcomes.add('result')
          } catch (error) {
            if (!(error instanceof ExpressAlbError)) throw error
            expect(error.message).toMatch(FIELD)
            expect(error.message.length).toBeLessThan(600)
            outcomes.add(error.code)
          }
          expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype))).toBe(before)
          await expectGoodEventToWork(mode)
        }),
        tried(numRuns),
      )
      // A generator that makes only one kind of event would prove little.
      expect([...outcomes]).toEqual(expect.arrayContaining(['result', 'INVALID_EVENT']))
    })
  })
}
