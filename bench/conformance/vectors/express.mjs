// Express itself: routes, errors, files and the usual middleware, judged by a real server.
import { fileURLToPath } from 'node:url'
import cors from 'cors'
import helmet from 'helmet'
import { createApp, EXPRESS } from '../apps.mjs'
import { AS_NODE } from '../vector.mjs'

/**
 * @typedef {import('../vector.mjs').Vector} Vector
 * @typedef {import('../vector.mjs').Request} Request
 * @typedef {ReturnType<typeof createApp>} ExpressApp
 */

/** @type {Request} */
const POST = {
  method: 'POST',
  path: '/nope',
  headers: [['content-type', 'application/json']],
  body: '{}',
}
const WHOLE = {
  status: AS_NODE,
  phrase: AS_NODE,
  headers: AS_NODE,
  cookies: AS_NODE,
  base64: AS_NODE,
}
const FILES = fileURLToPath(new URL('../files', import.meta.url))

/** @type {Vector[]} */
export const express = [
  ...EXPRESS.flatMap(({ major, express: make }) =>
    cases(make).map(({ id, claim, configure, ...vector }) => ({
      ...vector,
      id: `${id}-express${major}`,
      claim: `Express ${major}: ${claim}`,
      app: () => configure(createApp(make)),
    })),
  ),
  {
    id: 'rejection-express5',
    claim: 'Express 5 answers 500 when a route rejects',
    source: 'Express 5: rejected promises go to the error handler; peers A3',
    standing: 'documented',
    app: () => createApp().get('/', () => Promise.reject(new Error('rejected'))),
    answer: WHOLE,
  },
]

/** @param {import('../apps.mjs').Express} make */
function cases(make) {
  return [
    like('not-found', { path: '/nope' }, (app) => app, 'a bare app answers 404 to everything'),
    like(
      'not-found-post',
      POST,
      (app) => app.use(make.json()),
      'an unmatched POST with a parser is a 404',
    ),
    like(
      'not-found-route',
      { path: '/nope' },
      (app) => app.get('/', (_req, res) => void res.send('x')),
      'an unmatched path is a 404',
    ),
    like(
      'options',
      { method: 'OPTIONS', path: '/thing' },
      (app) =>
        app
          .get('/thing', (_req, res) => void res.send('x'))
          .post('/thing', (_req, res) => void res.send('x')),
      'OPTIONS lists the methods of a route',
    ),
    like(
      'options-not-found',
      { method: 'OPTIONS', path: '/nope' },
      (app) => app.use(make.json()),
      'OPTIONS of nothing is a 404',
    ),
    like(
      'head-of-get',
      { method: 'HEAD' },
      (app) => app.get('/', (_req, res) => void res.send('hello')),
      'HEAD is answered by the route of GET',
    ),
    like(
      'error-status',
      {},
      (app) =>
        app.get('/', (_req, _res, next) => {
          next(Object.assign(new Error('no entry'), { status: 403, expose: true }))
        }),
      'an error with a status gives that status',
    ),
    like(
      'error-thrown',
      {},
      (app) =>
        app.get('/', () => {
          throw new Error('broken')
        }),
      'an error thrown in a route gives 500',
    ),
    like(
      'error-handler',
      {},
      (app) =>
        app
          .get('/', (_req, _res, next) => void setImmediate(() => next(new Error('later'))))
          .use(
            /** @type {import('express').ErrorRequestHandler} */ (
              (error, _req, res, _next) => {
                res.status(418).json({ message: /** @type {Error} */ (error).message })
              }
            ),
          ),
      'the error handler of the app answers',
    ),
    like(
      'error-after-head',
      {},
      (app) =>
        app.get('/', (_req, res, next) => {
          res.status(202).write('part')
          res.end()
          next(new Error('too late'))
        }),
      'an error after the answer changes nothing',
    ),
    like(
      'json',
      {},
      (app) => app.get('/', (_req, res) => void res.json({ n: 'é', list: [1, null] })),
      'res.json()',
    ),
    like(
      'send-status',
      {},
      (app) => app.get('/', (_req, res) => void res.sendStatus(403)),
      'res.sendStatus()',
    ),
    like(
      'etag-fresh',
      { headers: [['if-none-match', '*']] },
      (app) => app.get('/', (_req, res) => void res.send('hello')),
      'a fresh response is a 304',
    ),
    like(
      'redirect',
      { headers: [['accept', 'text/html']] },
      (app) => app.get('/', (_req, res) => res.redirect(303, 'https://a.example/ü?x=ä')),
      'res.redirect()',
    ),
    like(
      'attachment',
      {},
      (app) => app.get('/', (_req, res) => void res.attachment('a "b", c.txt').send('x')),
      'res.attachment() with a name to be quoted',
    ),
    like(
      'links-vary',
      {},
      (app) =>
        app.get(
          '/',
          (_req, res) => void res.links({ next: '/2', last: '/9' }).vary('A').vary('B').send('x'),
        ),
      'res.links() and res.vary()',
    ),
    like(
      'format',
      { headers: [['accept', 'application/json']] },
      (app) =>
        app.get(
          '/',
          (_req, res) =>
            void res.format({ html: () => res.send('<p>'), json: () => res.send({ a: 1 }) }),
        ),
      'res.format()',
    ),
    like(
      'jsonp',
      { query: [['callback', 'go']] },
      (app) => app.get('/', (_req, res) => void res.jsonp({ a: 1 })),
      'res.jsonp()',
    ),
    like(
      'router',
      { path: '/api/v1/users/7', query: [['x', '1']] },
      (app) => {
        const router = make.Router()
        router.get('/users/:id', (req, res) => void res.json([req.baseUrl, req.url, req.params]))
        return app.use('/api/v1', router)
      },
      'a mounted router sees its part of the path',
    ),
    like(
      'mounted-app',
      { path: '/admin/x' },
      (app) =>
        app.use(
          '/admin',
          createApp(make).get('/x', (req, res) => void res.json([req.baseUrl, req.url])),
        ),
      'a mounted app sees its part of the path',
    ),
    like('static', { path: '/page.html' }, (app) => app.use(make.static(FILES)), 'a static page'),
    like(
      'static-bytes',
      { path: '/bytes.bin' },
      (app) => app.use(make.static(FILES)),
      'a static binary file',
    ),
    like(
      'static-not-found',
      { path: '/none.html' },
      (app) => app.use(make.static(FILES)),
      'a static file that is not there',
    ),
    like(
      'static-fresh',
      { path: '/page.html', headers: [['if-modified-since', 'Fri, 01 Jan 2100 00:00:00 GMT']] },
      (app) => app.use(make.static(FILES)),
      'a static file that the client has',
    ),
    like(
      'static-range',
      { path: '/page.html', headers: [['range', 'bytes=1-3']] },
      (app) => app.use(make.static(FILES)),
      'a range of a static file',
    ),
    like(
      'static-head',
      { method: 'HEAD', path: '/page.html' },
      (app) => app.use(make.static(FILES)),
      'HEAD of a static file',
    ),
    like(
      'download',
      {},
      (app) => app.get('/', (_req, res) => res.download(`${FILES}/bytes.bin`)),
      'res.download()',
    ),
    like(
      'cors',
      {
        method: 'OPTIONS',
        headers: [
          ['origin', 'https://a.example'],
          ['access-control-request-method', 'PUT'],
        ],
      },
      (app) => app.use(cors({ origin: 'https://a.example', credentials: true })),
      'a CORS preflight',
    ),
    like(
      'helmet',
      {},
      (app) => app.use(helmet()).get('/', (_req, res) => void res.send('x')),
      "helmet's headers",
    ),
  ]
}

/**
 * @param {string} id
 * @param {Request} request
 * @param {(app: ExpressApp) => ExpressApp} configure
 * @param {string} claim
 */
function like(id, request, configure, claim) {
  return {
    id,
    claim: `${claim}, as a real server answers it`,
    source: 'Express on Node; peers A3',
    standing: /** @type {const} */ ('documented'),
    request,
    configure,
    answer: WHOLE,
  }
}
