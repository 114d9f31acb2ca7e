// Request bodies: the bytes the client sent, and what parsers make of them.
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import busboy from 'busboy'
import express5 from 'express'
import multer from 'multer'
import { createApp, EXPRESS } from '../apps.mjs'
import { AS_NODE } from '../vector.mjs'

/**
 * @typedef {import('../vector.mjs').Vector} Vector
 * @typedef {import('../vector.mjs').Request} Request
 */

const RULE = 'contract 3 (AWS: base64 unless the type is one of four)'
const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, i) => i))
const BINARY = post('application/octet-stream', ALL_BYTES)
const UPLOAD = multipart()

/** @type {Vector[]} */
export const body = [
  bytes(
    'body-text',
    post('text/plain; charset=utf-8', 'hej då 👋'),
    'a text body arrives as UTF-8',
  ),
  bytes('body-json', post('application/json', '{"n":"é"}'), 'a JSON body arrives as sent'),
  bytes('body-binary', BINARY, 'all byte values arrive'),
  bytes('body-form', post('application/x-www-form-urlencoded', 'a=1&b=%20+'), 'a form arrives'),
  bytes('body-no-type', { method: 'POST', body: ALL_BYTES }, 'bytes without a type arrive'),
  bytes('body-gzip', gzipped('text/plain', 'zipped'), 'a compressed body arrives compressed'),
  bytes(
    'body-large',
    post('image/png', Buffer.alloc(900_000, ALL_BYTES)),
    'nearly a megabyte arrives',
  ),
  bytes('body-line-breaks', post('text/csv', 'a\r\n\r\nb\n\0'), 'line breaks and NUL arrive'),
  bytes('body-get', { ...BINARY, method: 'GET' }, 'a GET may have a body'),
  bytes('body-delete', { ...BINARY, method: 'DELETE' }, 'a DELETE may have a body'),
  bytes('body-none', {}, 'a request without a body ends at once'),
  bytes('body-empty-post', post('text/plain', ''), 'a POST with an empty body ends at once'),
  edited('body-null', { body: null }, 'a null body is no body', 'contract 1.1'),
  edited('body-missing', { body: undefined }, 'a missing body is no body', 'contract 1.1'),
  edited(
    'body-empty-base64',
    { body: '', isBase64Encoded: true },
    'an empty base64 body is none',
    'contract 3, 5; BREF',
  ),
  {
    id: 'body-complete',
    claim: 'req.complete is true once the body has been read',
    source: 'Node: message.complete',
    standing: 'documented',
    request: BINARY,
    sees: { complete: true },
  },
  {
    id: 'body-not-preset',
    claim: 'req.body is not there before a parser sets it',
    source: 'Node: IncomingMessage has no body; peers A1',
    standing: 'documented',
    request: post('text/plain', 'hello'),
    app: (see) => (req, res) => {
      see({ preset: 'body' in req })
      res.end()
    },
    sees: { preset: false },
  },
  ...EXPRESS.flatMap(({ major, express }) => [
    parsed(`parser-json-express${major}`, express.json(), post('application/json', '{"a":["é"]}'), {
      a: ['é'],
    }),
    parsed(
      `parser-urlencoded-express${major}`,
      express.urlencoded({ extended: true }),
      post('application/x-www-form-urlencoded', 'a[b]=c+d&e=%C3%A9'),
      { a: { b: 'c d' }, e: 'é' },
    ),
    parsed(
      `parser-json-gzip-express${major}`,
      express.json(),
      gzipped('application/json', '{"zipped":true}'),
      { zipped: true },
    ),
    {
      ...parsed(
        `parser-json-chunked-express${major}`,
        express.json(),
        { ...post('application/json', '{"chunked":true}'), chunked: true },
        { chunked: true },
      ),
      source: 'contract 1.2 (a chunked upload arrives without content-length); serverless-http#308',
    },
  ]),
  parsed('text-parser', express5.text(), post('text/plain', 'hej'), 'hej'),
  parsed('raw-parser', express5.raw(), BINARY, {
    type: 'Buffer',
    data: [...ALL_BYTES],
  }),
  parserSays('json-malformed', post('application/json', '{"a":'), 400),
  parserSays('json-too-large', post('application/json', `"${'x'.repeat(200_000)}"`), 413),
  parserSays('json-bad-charset', post('application/json; charset=foo', '{}'), 415),
  parserSays('json-nothing', { method: 'GET' }, 200),
  {
    id: 'upload-multer',
    claim: 'multer receives files and fields',
    source: 'multer; peers A3',
    standing: 'documented',
    request: UPLOAD,
    app: (see) => {
      const app = createApp()
      app.post('/', multer().single('file'), (req, res) => {
        see({ name: req.file?.originalname, base64: req.file?.buffer.toString('base64') })
        res.json(req.body)
      })
      return app
    },
    sees: { name: 'all.bin', base64: ALL_BYTES.toString('base64') },
    answer: { status: 200, json: { title: 'É' } },
  },
  {
    id: 'upload-busboy',
    claim: 'busboy receives a file through a pipe',
    source: 'busboy; peers A3',
    standing: 'documented',
    request: UPLOAD,
    app: (see) => (req, res) => {
      const form = busboy({ headers: req.headers })
      form.on('file', (_name, file) => {
        void buffer(file).then((content) => see({ base64: content.toString('base64') }))
      })
      form.on('close', () => res.end('done'))
      req.pipe(form)
    },
    sees: { base64: ALL_BYTES.toString('base64') },
    answer: { status: 200, text: 'done' },
  },
  {
    id: 'express-is',
    claim: 'Express knows the type of a body that has a length, and of none that has none',
    source: 'Express: req.is(); type-is: hasBody',
    standing: 'documented',
    request: post('application/json; charset=utf-8', '{}'),
    app: () => createApp().post('/', (req, res) => void res.json([req.is('json'), req.is('html')])),
    answer: { status: 200, json: ['json', false] },
  },
  {
    id: 'express-is-bodyless',
    claim: 'a GET has no body that a type could be of',
    source: 'type-is: hasBody; peers B2, 5',
    standing: 'documented',
    request: { headers: [['content-type', 'application/json']] },
    app: () => createApp().get('/', (req, res) => void res.json([req.is('json')])),
    answer: { status: 200, json: AS_NODE },
  },
]

/** @param {string} type @param {string | Buffer} content @returns {Request} */
function post(type, content) {
  return { method: 'POST', headers: [['content-type', type]], body: content }
}

/** @param {string} type @param {string} content @returns {Request} */
function gzipped(type, content) {
  const zipped = post(type, gzipSync(content))
  return { ...zipped, headers: [...(zipped.headers ?? []), ['content-encoding', 'gzip']] }
}

/** @returns {Request} */
function multipart() {
  const part = (/** @type {string} */ disposition) =>
    `--edge\r\nContent-Disposition: form-data; ${disposition}\r\n`
  const content = Buffer.concat([
    Buffer.from(`${part('name="title"')}\r\nÉ\r\n`),
    Buffer.from(`${part('name="file"; filename="all.bin"')}Content-Type: image/png\r\n\r\n`),
    ALL_BYTES,
    Buffer.from('\r\n--edge--\r\n'),
  ])
  return post('multipart/form-data; boundary=edge', content)
}

/** @param {string} id @param {Request} request @param {string} claim @returns {Vector} */
function bytes(id, request, claim) {
  return {
    id,
    claim,
    source: RULE,
    standing: 'documented',
    request,
    sees: { base64: Buffer.from(request.body ?? '').toString('base64') },
    answer: { status: 200, text: 'read' },
  }
}

/**
 * @param {string} id
 * @param {Record<string, unknown>} patch
 * @param {string} claim
 * @param {string} source
 * @returns {Vector}
 */
function edited(id, patch, claim, source) {
  return {
    id,
    claim,
    source,
    standing: 'observed',
    request: { patch },
    sees: { base64: '' },
    answer: { status: 200, text: 'read' },
  }
}

/**
 * @param {string} id
 * @param {import('express').RequestHandler} parser
 * @param {Request} request
 * @param {unknown} expected
 * @returns {Vector}
 */
function parsed(id, parser, request, expected) {
  return {
    id,
    claim: 'the body parser gives what it gives on a real server',
    source: 'body-parser',
    standing: 'documented',
    request,
    app: () =>
      createApp().use(parser, (req, res) => {
        res.json({ body: req.body ?? 'no body' })
      }),
    answer: { status: 200, json: { body: expected } },
  }
}

/** @param {string} id @param {Request} request @param {number} status @returns {Vector} */
function parserSays(id, request, status) {
  return {
    id,
    claim: `express.json() and Express's error handler give ${status}`,
    source: 'body-parser: errors',
    standing: 'documented',
    request,
    app: () => createApp().use(express5.json(), (_req, res) => void res.send('ok')),
    answer: { status, headers: AS_NODE, text: AS_NODE },
  }
}
