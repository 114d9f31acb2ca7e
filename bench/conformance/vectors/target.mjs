// Method, path and query: byte for byte what the event has.
import { createHmac } from 'node:crypto'
import { createApp, EXPRESS, serves } from '../apps.mjs'
import { AS_NODE, oneOf } from '../vector.mjs'

/** @typedef {import('../vector.mjs').Vector} Vector */

const RAW = 'contract 2.1, AWS: the load balancer does not decode query parameters'
const PATH = 'contract 2.2; RFC 3986, section 2: escapes are data until the resource is known'

/** @type {Vector[]} */
export const target = [
  ...['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'PURGE'].map(method),
  url('path-root', '/', 'the root path arrives as one slash and no question mark', PATH),
  url('path-trailing-slash', '/shop/', 'a trailing slash is kept', `${PATH}; LER`),
  url('path-percent', '/a%20b%2Fc', 'an escaped space and an escaped slash stay escaped', PATH),
  url('path-lower-case-hex', '/a%2fb', 'the case of an escape is kept', PATH),
  url('path-percent-25', '/a%2525', 'an escaped percent sign is not decoded twice', PATH),
  url('path-malformed', '/100%', 'a percent sign that escapes nothing is passed on', PATH),
  url('path-utf8', '/caf%C3%A9', 'escaped UTF-8 stays escaped', PATH),
  url('path-double-slash', '//a//b', 'empty segments are kept', PATH),
  url('path-dots', '/a/../b/./c', 'dot segments are not resolved', PATH),
  url('path-escaped-dots', '/a/%2e%2e/b', 'escaped dot segments are not resolved', PATH),
  url('path-sub-delimiters', "/a:b@c;d=1,2!$&'()*+", 'delimiters stay as they are', PATH),
  {
    id: 'path-not-ascii',
    claim: 'a path that the load balancer shows decoded reaches the app as a legal request target',
    source: 'contract 2.2 (disputed: raw or decoded); RFC 9112, section 3.2',
    standing: 'inferred',
    request: { path: '/café au lait' },
    sees: { url: '/caf%C3%A9%20au%20lait' },
    apart: 'no HTTP client can send it',
  },
  query('query-one', [['a', '1']], 'a parameter arrives'),
  query('query-space', [['q', 'a%20b']], 'an escaped space is not escaped again'),
  query('query-plus', [['q', 'a+b']], 'a plus sign stays a plus sign'),
  query('query-escaped-plus', [['q', 'a%2Bb']], 'an escaped plus sign stays escaped'),
  query('query-slash', [['next', '/a/b?c:d@e']], 'slash, colon and question mark stay as they are'),
  query('query-escaped-slash', [['next', '%2Fa%2fb']], 'escaped slashes keep their case'),
  query('query-brackets', [['e[]', 'abc123!%40%23%25']], 'brackets in a key stay as they are'),
  query('query-escaped-brackets', [['date%5Bfrom%5D', '2020-06-18']], 'an escaped key stays so'),
  query('query-marks', [['q', "~user!*'()-._"]], 'unreserved marks are not escaped'),
  query('query-time', [['t', '2020-07-24+09%3A55']], 'plus and escape side by side are kept'),
  query('query-malformed', [['q', '100%']], 'a percent sign that escapes nothing is no error'),
  query('query-latin1', [['q', '%E9']], 'an escape that is not UTF-8 is no error'),
  query('query-cut-utf8', [['q', '%E0%A4%A']], 'an escape cut in the middle is no error'),
  query('query-escaped-percent', [['q', '%2525']], 'an escaped percent sign is not decoded'),
  query('query-escaped-ampersand', [['a', '1%262']], 'an escaped ampersand separates nothing'),
  query('query-escaped-key', [['%26a%3D', 'x']], 'an escaped ampersand in a key stays escaped'),
  query('query-equals', [['a', 'x=y=']], 'only the first equals sign separates'),
  query('query-semicolon', [['a', '1;b=2']], 'a semicolon separates nothing'),
  query('query-empty-key', [['', 'v']], 'an empty key is kept', 'inferred'),
  query('query-proto', [['__proto__', '1']], 'a key named __proto__ is a key like any other'),
  query('query-constructor', [['constructor', '1']], 'a key named constructor is one too'),
  query('query-long', [['q', 'x'.repeat(8000)]], 'eight thousand characters arrive'),
  {
    id: 'query-empty-value',
    claim: 'a parameter without a value arrives, with or without its equals sign',
    source: 'contract 2.1 (the event does not tell them apart)',
    standing: 'inferred',
    request: {
      query: [
        ['a', ''],
        ['b', '1'],
      ],
    },
    sees: { url: oneOf('/?a=&b=1', '/?a&b=1') },
  },
  {
    id: 'query-not-ascii',
    claim:
      'raw spaces and characters beyond ASCII, which no request target may hold, arrive escaped',
    source: 'contract 2.1 (raw UTF-8 passes); RFC 9112, section 3.2',
    standing: 'inferred',
    request: { query: [['q', '{"a b":"é"}']] },
    sees: {
      // Quotes and braces are not legal either, but Node's own parser lets them through.
      url: oneOf(
        '/?q=%7B%22a%20b%22:%22%C3%A9%22%7D',
        '/?q={%22a%20b%22:%22%C3%A9%22}',
        '/?q={"a%20b":"%C3%A9"}',
      ),
    },
    apart: 'no HTTP client can send it',
  },
  {
    id: 'query-repeated',
    claim: 'in multi-value mode every value of a repeated key arrives, in order',
    source: 'contract 2.1, R3 (AWS)',
    standing: 'documented',
    modes: ['multi'],
    request: {
      query: [
        ['k', 'val2'],
        ['a[]', 'x'],
        ['k', 'val1'],
        ['k', 'val2'],
      ],
    },
    sees: { url: '/?a[]=x&k=val2&k=val1&k=val2' },
  },
  {
    id: 'query-repeated-last',
    claim: 'in single-value mode the last value of a repeated key arrives, once',
    source: 'contract 2.1, R3 (AWS)',
    standing: 'documented',
    modes: ['single'],
    request: {
      query: [
        ['k', 'val1'],
        ['k', 'val2'],
      ],
    },
    sees: { url: '/?k=val2' },
  },
  {
    id: 'query-signature',
    claim: 'a signature over the request target that the client made is still right',
    source: 'contract 2.1; peers A1 (query kept byte for byte)',
    standing: 'documented',
    request: { path: '/hook/%7Eid', query: [['data', 'a%2fb~c+d%20[e]:1']] },
    app: (see) => (req, res) => {
      const sign = (/** @type {string} */ text) => createHmac('sha256', 'key').update(text)
      see({ hmac: sign(req.url ?? '').digest('hex') })
      res.end()
    },
    sees: {
      hmac: createHmac('sha256', 'key').update('/hook/%7Eid?data=a%2fb~c+d%20[e]:1').digest('hex'),
    },
  },
  ...EXPRESS.map(
    /** @returns {Vector} */ ({ major, express }) => ({
      id: `query-parsed-express${major}`,
      claim: `Express ${major} parses the query to what it gives on a real server`,
      source: 'contract 2.1, R6 and R7; peers A1',
      standing: 'documented',
      request: {
        query: [
          ['a%5Bb%5D', 'c%20d'],
          ['bad', '100%'],
          ['plus', 'x+y%2Bz'],
          ['tag[]', 'one'],
        ],
      },
      app: (see) => {
        const app = createApp(express)
        app.set('query parser', 'extended')
        return app.get('/', (req, res) => {
          see({ query: req.query })
          res.send('ok')
        })
      },
      sees: { query: { a: { b: 'c d' }, bad: '100%', plus: 'x y+z', tag: ['one'] } },
      answer: { status: 200 },
    }),
  ),
  ...EXPRESS.map(
    /** @returns {Vector} */ ({ major, express }) => ({
      id: `path-parameter-express${major}`,
      claim: `Express ${major} decodes a path parameter once`,
      source: PATH,
      standing: 'inferred',
      request: { path: '/files/a%2Fb%2520c' },
      app: (see) =>
        createApp(express).get('/files/:name', (req, res) => {
          see({ name: req.params['name'] })
          res.send('ok')
        }),
      sees: { name: 'a/b%20c' },
    }),
  ),
  {
    id: 'path-parameter-malformed',
    claim: 'Express answers 400 to a path parameter that it cannot decode',
    source: 'contract 2.2; the real server',
    standing: 'inferred',
    request: { path: '/files/%E9' },
    app: () => createApp().get('/files/:name', (_req, res) => void res.send('ok')),
    answer: { status: 400, headers: AS_NODE, text: AS_NODE },
  },
  {
    id: 'head-method',
    claim: 'HEAD reaches the app as HEAD',
    source: 'contract 1.1 (method verbatim)',
    standing: 'documented',
    request: { method: 'HEAD', path: '/x' },
    sees: { method: 'HEAD', url: '/x' },
    answer: { status: 200, base64: '' },
  },
  {
    id: 'url-writable',
    claim: 'middleware may rewrite the request target',
    source: 'Node: message.url is a plain property',
    standing: 'documented',
    request: { path: '/old', query: [['a', '1']] },
    app: () => {
      const app = createApp()
      app.use((req, _res, next) => {
        req.url = req.url.replace('/old', '/new')
        next()
      })
      return app.get('/new', (req, res) => void res.json([req.originalUrl, req.url]))
    },
    answer: { json: ['/old?a=1', '/new?a=1'] },
  },
  {
    id: 'path-and-query',
    claim: 'path and query make one request target',
    source: 'contract 1.1',
    standing: 'documented',
    request: { path: '/a/b', query: [['c', 'd']] },
    app: serves((req, res) => {
      const { pathname, searchParams } = new URL(req.url ?? '', 'http://shop.example.com')
      res.end(JSON.stringify([pathname, searchParams.get('c')]))
    }),
    answer: { status: 200, json: ['/a/b', 'd'] },
  },
]

/** @param {string} name @returns {Vector} */
function method(name) {
  return {
    id: `method-${name.toLowerCase()}`,
    claim: `${name} reaches the app letter for letter`,
    source: 'contract 1.1; RFC 9110, section 9.1',
    standing: 'documented',
    request: { method: name, path: '/x' },
    sees: { method: name, url: '/x' },
    answer: { status: 200 },
  }
}

/** @param {string} id @param {string} path @param {string} claim @param {string} source @returns {Vector} */
function url(id, path, claim, source) {
  return { id, claim, source, standing: 'inferred', request: { path }, sees: { url: path } }
}

/**
 * @param {string} id
 * @param {[string, string][]} pairs
 * @param {string} claim
 * @param {Vector['standing']} [standing]
 * @returns {Vector}
 */
function query(id, pairs, claim, standing = 'documented') {
  const text = pairs.map(([name, value]) => `${name}=${value}`).join('&')
  return {
    id,
    claim,
    source: RAW,
    standing,
    request: { path: '/search', query: pairs },
    sees: { url: `/search?${text}` },
    answer: { status: 200 },
  }
}
