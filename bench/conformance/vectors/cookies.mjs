// Set-Cookie: never lost, never joined.
import cookieParser from 'cookie-parser'
import session from 'express-session'
import { createApp, serves } from '../apps.mjs'
import { AS_NODE, that } from '../vector.mjs'

/**
 * @typedef {import('../vector.mjs').Vector} Vector
 * @typedef {import('../vector.mjs').Listener} Listener
 */

const ONE = 'contract 5.2; RFC 6265, section 3'
const SEVERAL = 'contract 5.2, A11 and A12 (mangum#185: each spelling of the name gets through)'

/** @type {Vector[]} */
export const cookies = [
  sets('cookie-one', ['a=1; Path=/'], 'one cookie'),
  sets('cookie-two', ['a=1', 'b=2'], 'two cookies'),
  sets('cookie-three', ['a=1; Path=/', 'b=2; HttpOnly', 'c=3; Secure'], 'three cookies'),
  sets(
    'cookie-ten',
    Array.from({ length: 10 }, (_, i) => `name${i}=${i}`),
    'ten cookies',
  ),
  sets('cookie-same-name', ['a=1; Path=/', 'a=2; Path=/x'], 'two cookies of one name'),
  sets(
    'cookie-expires',
    ['a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT', 'b=2; Expires=Thu, 22 Oct 2026 07:28:00 GMT'],
    'dates with commas',
  ),
  sets('cookie-comma', ['list=a,b,c'], 'a value with commas'),
  sets('cookie-array-of-one', ['only=1'], 'an array of one cookie', (_req, res) => {
    res.setHeader('Set-Cookie', ['only=1'])
    res.end()
  }),
  sets('cookie-appended', ['a=1', 'b=2', 'c=3'], 'appended cookies', (_req, res) => {
    res.setHeader('Set-Cookie', 'a=1')
    res.appendHeader('Set-Cookie', ['b=2', 'c=3'])
    res.end()
  }),
  sets('cookie-write-head', ['a=1', 'b=2'], 'cookies given to writeHead', (_req, res) => {
    res.writeHead(200, { 'Set-Cookie': ['a=1', 'b=2'] })
    res.end()
  }),
  sets('cookie-write-head-array', ['a=1', 'b=2'], 'cookies in a flat array', (_req, res) => {
    res.writeHead(200, ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'X-A', '1'])
    res.end()
  }),
  {
    id: 'cookie-beside-fields',
    claim: 'several cookies leave the other fields as they are',
    source: SEVERAL,
    standing: 'observed',
    app: serves((_req, res) => {
      res.setHeader('Content-Type', 'text/plain')
      res.setHeader('Set-Cookie', ['a=1', 'b=2'])
      res.end('ok')
    }),
    answer: {
      status: 200,
      cookies: ['a=1', 'b=2'],
      headers: { 'content-type': 'text/plain' },
      text: 'ok',
    },
  },
  {
    id: 'cookie-express',
    claim: 'cookies of Express, set, signed and cleared, all arrive',
    source: SEVERAL,
    standing: 'observed',
    app: () =>
      createApp().use(cookieParser('secret'), (_req, res) => {
        res.cookie('a', '1', { httpOnly: true, sameSite: 'lax' })
        res.cookie('b', 'ü;,', { signed: true, expires: new Date(1e12) })
        res.clearCookie('c').send('ok')
      }),
    answer: { status: 200, cookies: AS_NODE },
  },
  {
    id: 'cookie-read',
    claim: 'cookie-parser reads every cookie of the request',
    source: 'contract 1.2, R11; peers B1, 6',
    standing: 'documented',
    modes: ['multi'],
    request: {
      headers: [
        ['cookie', 'a=1'],
        ['cookie', 'b=2; c=3'],
      ],
    },
    app: () => createApp().use(cookieParser(), (req, res) => void res.json(req.cookies)),
    answer: { status: 200, json: { a: '1', b: '2', c: '3' } },
  },
  {
    id: 'cookie-session',
    claim: 'the cookie of express-session arrives',
    source: 'peers A2 (express-session sets an array of one)',
    standing: 'documented',
    app: () =>
      createApp().use(
        session({ secret: 'secret', resave: false, saveUninitialized: true }),
        (_req, res) => void res.send('ok'),
      ),
    answer: {
      status: 200,
      cookies: that(
        'one connect.sid cookie',
        (values) =>
          Array.isArray(values) &&
          values.length === 1 &&
          String(values[0]).startsWith('connect.sid='),
      ),
    },
  },
  {
    id: 'cookie-session-beside',
    claim: 'a session cookie and a cookie of the app arrive together',
    source: SEVERAL,
    standing: 'observed',
    app: () =>
      createApp().use(
        session({ secret: 'secret', resave: false, saveUninitialized: true }),
        (_req, res) => void res.cookie('theme', 'dark').send('ok'),
      ),
    answer: {
      cookies: that(
        'connect.sid and theme',
        (values) =>
          Array.isArray(values) &&
          values.length === 2 &&
          String(values[0]).startsWith('connect.sid=') &&
          values[1] === 'theme=dark; Path=/',
      ),
    },
  },
]

/** @param {string} id @param {string[]} values @param {string} what @param {Listener} [listener] @returns {Vector} */
function sets(id, values, what, listener) {
  return {
    id,
    claim: `the client gets ${what}, each as it was set`,
    source: values.length === 1 ? ONE : SEVERAL,
    standing: values.length === 1 ? 'documented' : 'observed',
    app: serves(
      listener ??
        ((_req, res) => {
          res.setHeader('Set-Cookie', values)
          res.end()
        }),
    ),
    answer: { status: 200, cookies: values },
  }
}
