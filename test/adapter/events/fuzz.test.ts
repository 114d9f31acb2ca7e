import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createHandler, ExpressAlbError, type AlbEvent } from 'express-alb'
import {
  createAlbEvent,
  createHealthCheckEvent,
  createLambdaContext,
  invoke,
} from 'express-alb/testing'
import { within } from '../../helpers/deadline.js'
import { deepFreeze } from '../../helpers/freeze.js'
import { EXPRESSES, MODES } from '../../helpers/modes.js'

const ANSWER_DEADLINE_MS = 2_000

/** What may come out of the handler; anything else fails the property. */
async function expectResultOrRefusal(
  handler: ReturnType<typeof createHandler>,
  event: unknown,
): Promise<'result' | 'refusal'> {
  deepFreeze(event)
  try {
    const result = await within(
      ANSWER_DEADLINE_MS,
      'answer',
      handler(event as AlbEvent, createLambdaContext()),
    )
    // The judge of a result is the load balancer's side. An event without headers has no form to follow.
    const given = event as AlbEvent
    const formless = !given.headers && !given.multiValueHeaders
    const judged =
      formless && result.multiValueHeaders ? { ...given, multiValueHeaders: {} } : given
    const response = await invoke(() => Promise.resolve(result), judged)
    expect(response.refusal).toBe(undefined)
    return 'result'
  } catch (error) {
    if (!(error instanceof ExpressAlbError)) throw error
    expect(['INVALID_EVENT', 'FOREIGN_EVENT']).toContain(error.code)
    expect(error.message.length).toBeLessThan(600)
    return 'refusal'
  }
}

/** Values that break code which takes a type for granted, members with awkward names among them. */
const anyJson = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(null, true, 0, -1, '', ' ', [], {}, [[]], [null], 'x'.repeat(10_000)),
  fc
    .constantFrom('{"__proto__":"x"}', '{"toString":1,"valueOf":2}', '{"constructor":["x"]}')
    .map((text) => JSON.parse(text) as unknown),
)

const FIELDS = [
  'requestContext',
  'httpMethod',
  'path',
  'queryStringParameters',
  'multiValueQueryStringParameters',
  'headers',
  'multiValueHeaders',
  'body',
  'isBase64Encoded',
  'version',
  'Records',
  'rawPath',
]

const word = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom(
    '',
    '\r\nx: y',
    '\0',
    '%',
    '__proto__',
    'content-length',
    'transfer-encoding',
    'é',
  ),
)

const map = fc.dictionary(word, fc.oneof(word, fc.array(word, { maxLength: 3 })), {
  noNullPrototype: true,
  maxKeys: 5,
})

/** Events with every field of the right type and odd contents. */
const oddEvent = fc.record(
  {
    httpMethod: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'OPTIONS', 'TRACE', 'CONNECT', 'x'),
    path: word.map((text) => `/${text}`),
    headers: map,
    multiValueHeaders: map,
    queryStringParameters: map,
    multiValueQueryStringParameters: map,
    body: fc.oneof(word, fc.base64String({ maxLength: 12 })),
    isBase64Encoded: fc.boolean(),
  },
  { requiredKeys: ['httpMethod', 'path'], noNullPrototype: true },
)

describe.each(EXPRESSES)('$name', ({ express }) => {
  const app = express().set('env', 'test')
  app.use(express.json(), express.urlencoded({ extended: true }), express.text())
  app.get('/redirect', (_req, res) => {
    res.redirect('back')
  })
  app.use((req, res) => {
    res.set('x-seen', String(req.headers['user-agent']).replace(/[^ -~]/g, ''))
    res.json({ url: req.url, query: req.query, ip: req.ip, host: req.hostname })
  })
  const handler = createHandler(app, { logger: false })

  it('answers or refuses any JSON value, in time', async () => {
    await fc.assert(
      fc.asyncProperty(anyJson, async (event) => {
        await expectResultOrRefusal(handler, event)
      }),
      { numRuns: 200 },
    )
  })

  it.each(MODES)(
    'answers or refuses a %s-value event with any one field replaced',
    async (mode) => {
      const events = [
        createAlbEvent({ mode, url: '/a?b=1', headers: { cookie: 'a=1' } }),
        createAlbEvent({ mode, method: 'POST', body: { a: 1 } }),
        createHealthCheckEvent({ mode }),
      ]
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...events),
          fc.constantFrom(...FIELDS),
          anyJson,
          async (event, field, value) => {
            await expectResultOrRefusal(handler, { ...event, [field]: value })
          },
        ),
        { numRuns: 300 },
      )
    },
  )

  it.each(MODES)(
    'answers or refuses a %s-value event with any value inside its maps',
    async (mode) => {
      const { httpMethod, path } = createAlbEvent({ mode })
      const [headers, query] =
        mode === 'single'
          ? ['headers', 'queryStringParameters']
          : ['multiValueHeaders', 'multiValueQueryStringParameters']
      const anyMap = fc.dictionary(word, fc.oneof(word, fc.array(fc.oneof(word, anyJson)), anyJson))
      await fc.assert(
        fc.asyncProperty(anyMap, anyMap, async (fields, pairs) => {
          await expectResultOrRefusal(handler, {
            httpMethod,
            path,
            [headers]: fields,
            [query]: pairs,
          })
        }),
        { numRuns: 200 },
      )
    },
  )

  it('answers any event whose fields have the right types', async () => {
    let results = 0
    await fc.assert(
      fc.asyncProperty(oddEvent, async (event) => {
        // Not every text is base64.
        const given = event.isBase64Encoded === true ? { ...event, body: 'aGk=' } : event
        if ((await expectResultOrRefusal(handler, given)) === 'result') results++
        else expect.unreachable('An event of the right types is answered.')
      }),
      { numRuns: 300 },
    )
    expect(results).toBe(300)
  })
})

describe('a bare listener', () => {
  it('answers any event whose fields have the right types, headers echoed or refused', async () => {
    const handler = createHandler(
      (req, res) => {
        // An app that is careless about what it sends back.
        for (const [name, value] of Object.entries(req.headers)) res.setHeader(name, value ?? '')
        req.pipe(res)
      },
      { logger: false },
    )
    await fc.assert(
      fc.asyncProperty(oddEvent, async (event) => {
        const given = event.isBase64Encoded === true ? { ...event, body: 'aGk=' } : event
        expect(await expectResultOrRefusal(handler, given)).toBe('result')
      }),
      { numRuns: 300 },
    )
  })

  it.each([undefined, null, {}, { awsRequestId: 'x' }])(
    'answers with %j for a context',
    async (context) => {
      const handler = createHandler((_req, res) => res.end('ok'))
      const result = await handler(createAlbEvent(), context as never)
      expect(result.body).toBe('ok')
    },
  )
})
