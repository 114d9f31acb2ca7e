import { Duplex } from 'node:stream'
import type { Create } from '../../bench/conformance/observe.mjs'
import { addField, changeFields, changeQuery, plant, type Event } from './plant.js'

interface PlantedFault {
  readonly does: string
  readonly section: string
  readonly create: Create
  /** The vectors of the section that must fail, and no other may. */
  readonly fails: readonly string[]
}

const SEVERAL_COOKIES = [
  'cookie-two',
  'cookie-three',
  'cookie-ten',
  'cookie-same-name',
  'cookie-expires',
  'cookie-appended',
  'cookie-write-head',
  'cookie-write-head-array',
  'cookie-beside-fields',
  'cookie-express',
  'cookie-session-beside',
]

/** Small faults that adapters have had, in every section of the kit. */
export const FAULTS: readonly PlantedFault[] = [
  {
    does: 'decodes the query',
    section: 'target',
    create: plant({ event: (event) => changeQuery(event, decoded) }),
    fails: [
      'query-escaped-plus',
      'query-escaped-slash',
      'query-brackets',
      'query-time',
      'query-escaped-percent',
      'query-escaped-ampersand',
      'query-signature',
      'query-parsed-express5',
      'query-parsed-express4',
    ],
  },
  {
    does: 'joins cookie lines by a comma',
    section: 'headers',
    create: plant({
      event: (event) => {
        const cookies = [event.multiValueHeaders?.['cookie'] ?? []].flat()
        if (cookies.length > 0) {
          event.multiValueHeaders = { ...event.multiValueHeaders, cookie: [cookies.join(', ')] }
        }
      },
    }),
    fails: ['cookie-lines-joined'],
  },
  {
    does: 'takes base64 for text',
    section: 'body',
    create: plant({ event: readAsText }),
    fails: [
      'body-binary',
      'body-no-type',
      'body-gzip',
      'body-large',
      'body-get',
      'body-delete',
      'parser-json-gzip-express5',
      'parser-json-gzip-express4',
      'raw-parser',
      'upload-multer',
      'upload-busboy',
      'read-for-await',
      'read-consumer',
      'read-pipe',
      'read-pipeline',
      'read-late',
      'read-paused',
      'read-readable',
    ],
  },
  {
    does: 'puts the claimed client on the socket',
    section: 'identity',
    create: plant({
      pair: (req) => {
        const value = String(req.headers['x-forwarded-for'] ?? '').split(',')[0]
        Object.defineProperty(req.socket, 'remoteAddress', { value })
      },
    }),
    fails: ['ip-no-trust', 'ip-trust-private', 'ip-trust-named', 'peer-of-health-check'],
  },
  {
    does: 'has a socket without timeouts',
    section: 'message',
    create: plant({
      pair: (req) =>
        Object.defineProperties(req.socket, {
          setTimeout: { value: undefined },
          // Ours clears its timeout there.
          destroy: Object.getOwnPropertyDescriptor(Duplex.prototype, 'destroy') as object,
        }),
    }),
    fails: [
      'request-set-timeout',
      'response-set-timeout',
      'socket-set-timeout',
      'response-timeout-fires',
    ],
  },
  {
    does: 'gives header values as numbers',
    section: 'result',
    create: plant({
      result: (result) =>
        changeFields(result, (value) => (/^\d+$/.test(value) ? Number(value) : value)),
    }),
    fails: [
      'field-number',
      'field-length-number',
      'field-replaced',
      'field-many',
      'field-set-headers',
      'write-head-object',
      'write-head-array',
      'write-head-merged',
      'hop-by-hop-named',
      'no-content',
      'head-length',
      'form-of-mode',
      'form-follows-event',
    ],
  },
  {
    does: 'loses the reason phrase',
    section: 'result',
    create: plant({
      result: (result) => Object.assign(result, { statusDescription: undefined }),
    }),
    fails: ['status-message', 'status-message-head', 'write-head-reason'],
  },
  {
    does: 'keeps hop-by-hop fields',
    section: 'result',
    create: plant({ result: (result) => addField(result, 'connection') }),
    fails: ['hop-by-hop', 'hop-by-hop-named', 'hop-by-hop-own'],
  },
  {
    does: 'joins cookies by a comma',
    section: 'cookies',
    create: plant({
      result: ({ multiValueHeaders: fields = {} }) => {
        const cookies = fields['Set-Cookie']
        if (cookies) fields['Set-Cookie'] = [cookies.join(', ')]
      },
    }),
    fails: SEVERAL_COOKIES,
  },
  {
    does: 'loses all cookies but the first',
    section: 'cookies',
    create: plant({
      result: ({ headers = {} }) => {
        const names = Object.keys(headers).filter((name) => name.toLowerCase() === 'set-cookie')
        for (const name of names.slice(1)) Reflect.deleteProperty(headers, name)
      },
    }),
    fails: SEVERAL_COOKIES,
  },
  {
    does: 'sends bytes as text',
    section: 'bytes',
    create: plant({ result: readAsText }),
    fails: [
      'bytes-png',
      'bytes-pdf',
      'bytes-zip',
      'bytes-woff2',
      'bytes-octet-stream',
      'bytes-protobuf',
      'bytes-mixed',
      'bytes-wasm',
      'bytes-mp4',
      'bytes-no-type-bytes',
      'bytes-latin1',
      'bytes-latin1-undeclared',
      'bytes-utf16',
      'bytes-text-that-is-not',
      'bytes-json-that-is-not',
      'bytes-large-binary',
      'bytes-gzip',
      'bytes-gzip-upper-case',
      'bytes-deflate',
      'bytes-brotli',
      'bytes-zstd',
      'bytes-aws-chunked',
      'compression-gzip',
      'compression-br',
      'bytes-mixed-writes',
      'bytes-express-send',
    ],
  },
  {
    does: 'ignores the encoding of a write',
    section: 'writing',
    create: plant({
      pair: (_req, res) => {
        const write = res.write.bind(res) as (...args: readonly unknown[]) => boolean
        const isKept = (arg: unknown): boolean => typeof arg === 'function'
        res.write = (chunk: unknown, ...rest: unknown[]) => write(chunk, ...rest.filter(isKept))
      },
    }),
    fails: ['write-hex', 'write-base64', 'write-latin1', 'write-utf16le'],
  },
  {
    does: 'never tells the app that the response closed',
    section: 'lifecycle',
    create: plant({
      pair: (_req, res) => {
        const on = res.on.bind(res) as (...args: readonly unknown[]) => typeof res
        res.on = (name: unknown, listener: unknown) => (name === 'close' ? res : on(name, listener))
      },
    }),
    fails: [
      'order-get',
      'order-write',
      'order-post-read',
      'order-async',
      'response-close',
      'destroy-closes',
    ],
  },
  {
    does: 'answers 200 where no route matches',
    section: 'express',
    create: plant({
      result: (result) => {
        if (result.statusCode !== 404) return
        Object.assign(result, { statusCode: 200, statusDescription: '200 OK' })
      },
    }),
    fails: ['express5', 'express4'].flatMap((version) =>
      [
        'not-found',
        'not-found-post',
        'not-found-route',
        'options-not-found',
        'static-not-found',
      ].map((id) => `${id}-${version}`),
    ),
  },
  {
    does: 'makes what is too large larger',
    section: 'limits',
    create: plant({
      result: (result) => {
        if (result.statusCode === 500) result.body = 'x'.repeat(2 ** 20)
      },
    }),
    fails: ['size-text', 'size-binary', 'size-escapes', 'size-headers', 'size-stream'],
  },
  {
    does: 'writes on its event and takes a callback',
    section: 'invocation',
    create: async (listener) => {
      const handler = await plant({})(listener)
      const callbackHandler = (event: Event, context: unknown, _callback: unknown): unknown => {
        if (event.headers) event.headers = { ...event.headers, 'x-seen': '1' }
        else event.multiValueHeaders = { ...event.multiValueHeaders, 'x-seen': ['1'] }
        return handler(event, context)
      }
      return callbackHandler as typeof handler
    },
    fails: [
      'handler-async',
      'handler-parameters',
      'event-untouched',
      'event-untouched-chunked',
      'health-check-url',
    ],
  },
]

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function readAsText(carrier: Pick<Event, 'body' | 'isBase64Encoded'>): void {
  if (carrier.isBase64Encoded !== true) return
  carrier.body = Buffer.from(carrier.body ?? '', 'base64').toString()
  carrier.isBase64Encoded = false
}
