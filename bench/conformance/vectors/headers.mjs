// Request headers: by Node's own rules for repeated lines.
import { createApp, serves } from '../apps.mjs'
import { AS_NODE } from '../vector.mjs'

/** @typedef {import('../vector.mjs').Vector} Vector */

const NODE = 'Node: message.headers, "Duplicates in raw headers are handled"'

/** @type {Vector[]} */
export const headers = [
  header('header-custom', [['X-Custom', 'Some Value']], { 'x-custom': 'Some Value' }),
  header('header-commas', [['accept', 'text/html, */*;q=0.8']], { accept: 'text/html, */*;q=0.8' }),
  header('header-empty', [['x-empty', '']], { 'x-empty': '' }),
  header('header-number', [['x-number', '0012']], { 'x-number': '0012' }),
  header('header-long', [['x-long', 'v'.repeat(7000)]], { 'x-long': 'v'.repeat(7000) }),
  header('header-authorization', [['authorization', 'Basic YTpi']], {
    authorization: 'Basic YTpi',
  }),
  header('header-host-port', [['host', 'shop.example.com:8080']], {
    host: 'shop.example.com:8080',
  }),
  header('header-trace', [['x-amzn-trace-id', 'Self=1-a;Root=1-b;App=c']], {
    'x-amzn-trace-id': 'Self=1-a;Root=1-b;App=c',
  }),
  header('header-forwarded', [['x-forwarded-host', 'a.example']], {
    'x-forwarded-for': '203.0.113.7',
    'x-forwarded-port': '443',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'a.example',
  }),
  header('header-underscore', [['x_under_score', '1']], { x_under_score: '1' }),
  header('header-cookie', [['cookie', 'a=1; b="2"; c=%20']], { cookie: 'a=1; b="2"; c=%20' }),
  header('header-oidc', [['x-amzn-oidc-data', 'eyJ0eXAi==.e30==.c2ln==']], {
    'x-amzn-oidc-data': 'eyJ0eXAi==.e30==.c2ln==',
  }),
  header('header-keep-alive', [['connection', 'keep-alive']], { connection: 'keep-alive' }),
  {
    id: 'cookie-lines-joined',
    claim: 'two cookie lines become one, with a semicolon between',
    source: 'contract 1.2, R11; RFC 9113, section 8.2.3; Node',
    standing: 'documented',
    modes: ['multi'],
    request: { headers: twice('cookie', 'name1=value1', 'name2=value2') },
    sees: { headers: { cookie: 'name1=value1; name2=value2' } },
  },
  {
    id: 'cookie-line-last',
    claim: 'in single-value mode the last of two cookie lines arrives',
    source: 'contract 1.2, R11 (AWS)',
    standing: 'documented',
    modes: ['single'],
    request: { headers: twice('cookie', 'name1=value1', 'name2=value2') },
    sees: { headers: { cookie: 'name2=value2' } },
  },
  ...['accept', 'via', 'x-forwarded-for', 'x-two', 'cache-control'].map(joined),
  ...['user-agent', 'content-type', 'authorization', 'referer', 'if-modified-since'].map(first),
  {
    id: 'raw-headers',
    claim: 'rawHeaders holds every line of the event and no other',
    source: 'Node: message.rawHeaders',
    standing: 'documented',
    request: { headers: [...twice('x-two', 'first', 'second'), ['x-one', 'One']] },
    sees: { raw: AS_NODE },
  },
  {
    id: 'headers-distinct',
    claim: 'headersDistinct holds the lines of each name',
    source: 'Node: message.headersDistinct',
    standing: 'documented',
    request: { headers: [...twice('x-two', 'first', 'second'), ['x-one', 'One']] },
    sees: { distinct: AS_NODE },
  },
  {
    id: 'headers-whole',
    claim: 'headers holds what a real server shows, and nothing besides',
    source: 'Node: message.headers',
    standing: 'documented',
    request: { path: '/x', headers: [['x-one', 'One']] },
    sees: { headers: AS_NODE, whole: AS_NODE },
    app: (see) => (req, res) => {
      see({ headers: req.headers, whole: Object.keys(req.headers).toSorted() })
      res.end()
    },
  },
  {
    id: 'content-length-string',
    claim: 'content-length is a string, as every header value is',
    source: 'contract 1.2; Node; peers A1',
    standing: 'documented',
    request: { method: 'POST', headers: [['content-type', 'text/plain']], body: 'hello' },
    sees: { headers: { 'content-length': '5' } },
  },
  {
    id: 'content-length-none',
    claim: 'a GET that came without a length has none',
    source: 'contract 1.2; peers A1',
    standing: 'documented',
    sees: { hasLength: false },
  },
  {
    id: 'header-proto',
    claim: 'a header named __proto__ harms nothing',
    source: 'contract 1.2 (names with underscores pass by default)',
    standing: 'inferred',
    request: { headers: [['__proto__', 'polluted']] },
    app: (see) => (req, res) => {
      const { polluted, constructor } = /** @type {any} */ (req.headers)
      see({ polluted: polluted ?? null, raw: req.rawHeaders.includes('__proto__') })
      see({ isPlain: constructor === Object || constructor === undefined })
      res.end()
    },
    sees: { polluted: null, raw: true, isPlain: true },
    answer: { status: 200 },
  },
  {
    id: 'express-get',
    claim: 'Express reads a header under any spelling, and Referrer for Referer',
    source: 'Express: req.get()',
    standing: 'documented',
    request: { headers: [['referer', 'https://a.example/']] },
    app: () => createApp().get('/', (req, res) => void res.json([req.get('Referrer')])),
    answer: { status: 200, json: ['https://a.example/'] },
  },
  {
    id: 'express-accepts',
    claim: 'Express negotiates by the Accept header of the event',
    source: 'Express: req.accepts()',
    standing: 'documented',
    request: { headers: [['accept', 'application/json;q=0.5, text/html']] },
    app: () =>
      createApp().get('/', (req, res) => void res.json(req.accepts(['json', 'html', 'text']))),
    answer: { status: 200, json: 'html' },
  },
  {
    id: 'header-value-types',
    claim: 'every header value is a string or, for set-cookie, an array',
    source: 'Node: message.headers',
    standing: 'documented',
    request: {
      method: 'POST',
      headers: [['content-type', 'application/json']],
      body: '{}',
    },
    app: serves((req, res) => {
      const types = new Set(Object.values(req.headers).map((value) => typeof value))
      res.end(JSON.stringify([...types]))
    }),
    answer: { json: ['string'] },
  },
]

/** @param {string} id @param {[string, string][]} lines @param {object} seen @returns {Vector} */
function header(id, lines, seen) {
  return {
    id,
    claim: `${Object.keys(seen).join(', ')} arrives as it was sent`,
    source: 'contract 1.2',
    standing: 'documented',
    request: { headers: lines },
    sees: { headers: seen },
    answer: { status: 200 },
  }
}

/** @param {string} name @returns {Vector} */
function joined(name) {
  return {
    id: `lines-joined-${name}`,
    claim: `two lines of ${name} are joined by a comma and a space, in order`,
    source: `${NODE}; contract 1.2, R10`,
    standing: 'documented',
    modes: ['multi'],
    request: { headers: twice(name, 'first', 'second') },
    sees: { headers: { [name]: 'first, second' } },
  }
}

/** @param {string} name @returns {Vector} */
function first(name) {
  return {
    id: `lines-first-${name}`,
    claim: `of two lines of ${name} the first counts`,
    source: NODE,
    standing: 'documented',
    modes: ['multi'],
    request: { headers: twice(name, 'first/1', 'second/2') },
    sees: { headers: { [name]: 'first/1' } },
  }
}

/** @param {string} name @param {string} one @param {string} two @returns {[string, string][]} */
function twice(name, one, two) {
  return [
    [name, one],
    [name, two],
  ]
}
