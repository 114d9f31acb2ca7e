// The requests, the apps that answer them, and the only answer each of them has.
import express from 'express'
import { noise, sampled } from './payloads.mjs'

/**
 * @typedef {import('node:http').RequestListener} Listener
 * @typedef {object} Answer
 * @property {number} status
 * @property {string} type the content-type, whole
 * @property {Buffer} body
 * @property {string[]} [cookies]
 * @property {[string, string][]} [fields] others that must be there
 *
 * @typedef {object} Workload
 * @property {string} name
 * @property {string} title
 * @property {'bare' | 'express' | 'large' | 'extra' | 'curve'} kind which targets it counts for; the last two run only when
 *   named
 * @property {number} batch invocations per batch: some milliseconds' worth
 * @property {import('./event.mjs').Request} request
 * @property {() => Listener} listener
 * @property {Answer} answer
 */

const HALF_MEGABYTE = 512 * 1024

const half = noise.subarray(0, HALF_MEGABYTE)

const record = {
  id: 'ord_7f3a1c',
  customer: { name: 'Ada Lovelace', email: 'ada@example.com', newsletter: false },
  lines: Array.from({ length: 10 }, (_, n) => ({
    sku: `SKU-${1000 + n}`,
    title: `Item number ${n}, a thing of some use`,
    quantity: n + 1,
    price: 19.9 + n,
  })),
  note: 'Leave with the neighbour.',
}
const json = JSON.stringify(record)

const page = htmlPage('Lorem ipsum dolor sit amet, consectetur adipiscing elit.')
const accentedPage = htmlPage('Größe, Maß und Zubehör: 49 € für alle, solange der Vorrat reicht.')

const jsonType = 'application/json; charset=utf-8'
const htmlType = 'text/html; charset=utf-8'

/** @type {Workload[]} */
export const workloads = [
  {
    name: 'bare',
    title: 'Bare listener',
    kind: 'bare',
    batch: 300,
    request: { method: 'GET', path: '/' },
    listener: () => (_req, res) => {
      res.setHeader('content-type', 'text/plain')
      res.end('ok')
    },
    answer: { status: 200, type: 'text/plain', body: Buffer.from('ok') },
  },
  {
    name: 'hello',
    title: 'Express: hello',
    kind: 'express',
    batch: 60,
    request: { method: 'GET', path: '/' },
    listener: () => express().get('/', (_req, res) => void res.send('Hello')),
    answer: { status: 200, type: htmlType, body: Buffer.from('Hello') },
  },
  {
    name: 'query',
    title: 'Express: query',
    kind: 'express',
    batch: 50,
    // prettier-ignore
    request: { method: 'GET', path: '/search', query: [['a', '1'], ['b', 'two'], ['c', 'three']] },
    listener: () => express().get('/search', (req, res) => void res.json(req.query)),
    answer: { status: 200, type: jsonType, body: Buffer.from('{"a":"1","b":"two","c":"three"}') },
  },
  {
    name: 'json',
    title: 'Express: 1 KB JSON echo',
    kind: 'express',
    batch: 30,
    request: {
      method: 'POST',
      path: '/orders',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(json),
    },
    listener: () =>
      express()
        .use(express.json())
        .post('/orders', (req, res) => void res.json(req.body)),
    answer: { status: 200, type: jsonType, body: Buffer.from(json) },
  },
  {
    name: 'cookies',
    title: 'Express: three cookies',
    kind: 'express',
    batch: 50,
    request: { method: 'GET', path: '/login' },
    listener: () =>
      express().get('/login', (_req, res) => {
        res.cookie('session', '3f1c2d9a7be84c0f', { httpOnly: true })
        res.cookie('theme', 'dark')
        res.cookie('seen', 'yes')
        res.send('Welcome')
      }),
    answer: {
      status: 200,
      type: htmlType,
      body: Buffer.from('Welcome'),
      cookies: [
        'session=3f1c2d9a7be84c0f; Path=/; HttpOnly',
        'theme=dark; Path=/',
        'seen=yes; Path=/',
      ],
    },
  },
  {
    name: 'html',
    title: 'Express: 64 KB HTML',
    kind: 'express',
    batch: 20,
    request: { method: 'GET', path: '/page' },
    listener: () => express().get('/page', (_req, res) => void res.send(page)),
    answer: { status: 200, type: htmlType, body: Buffer.from(page) },
  },
  {
    name: 'upload',
    title: 'Express: 512 KB upload',
    kind: 'large',
    batch: 5,
    request: {
      method: 'POST',
      path: '/upload',
      headers: { 'content-type': 'application/octet-stream' },
      body: half,
    },
    listener: () =>
      express().post('/upload', (req, res) => {
        let bytes = 0
        let sample = 0
        req.on('data', (/** @type {Buffer} */ chunk) => {
          sample = sampled(chunk, bytes, sample)
          bytes += chunk.length
        })
        req.on('end', () => void res.json({ bytes, sample }))
      }),
    answer: {
      status: 200,
      type: jsonType,
      body: Buffer.from(JSON.stringify({ bytes: HALF_MEGABYTE, sample: sampled(half, 0, 0) })),
    },
  },
  {
    name: 'binary',
    title: 'Express: 512 KB binary',
    kind: 'large',
    batch: 5,
    request: { method: 'GET', path: '/file' },
    listener: () =>
      express()
        // Hashing half a megabyte for an ETag would hide what is measured here.
        .disable('etag')
        .get('/file', (_req, res) => void res.type('application/octet-stream').send(half)),
    answer: { status: 200, type: 'application/octet-stream', body: half },
  },
  {
    name: 'html-utf8',
    title: 'Express: 64 KB HTML, not only ASCII',
    kind: 'extra',
    batch: 20,
    request: { method: 'GET', path: '/page' },
    listener: () => express().get('/page', (_req, res) => void res.send(accentedPage)),
    answer: { status: 200, type: htmlType, body: Buffer.from(accentedPage) },
  },
]

/** @param {string} sentence */
function htmlPage(sentence) {
  const head = '<!doctype html><html><head><meta charset="utf-8"><title>Page</title></head><body>\n'
  const line = `<p class="text">${sentence}</p>\n`
  const lines = Math.floor((64 * 1024 - head.length) / Buffer.byteLength(line))
  return `${head}${line.repeat(lines)}</body></html>\n`
}
