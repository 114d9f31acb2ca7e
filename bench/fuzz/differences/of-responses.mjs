// What reaches a client otherwise than the app sent it.
import { isUtf8 } from 'node:buffer'
import { differences } from './difference.mjs'
import { valuesOf, without } from '../message.mjs'

/** @typedef {import('../message.mjs').Response} Response */

const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** How old the date of an answer may be that was made just now. */
const NOW_MS = 60_000

/** In the order in which they come about. */
export const OF_RESPONSES = differences([
  {
    name: 'interim responses do not pass a function',
    source: 'a result has no place for them: ALB user guide, "Lambda functions as targets"',
    response: (response) => ({ ...response, interim: [] }),
  },
  {
    name: 'trailers do not pass a function',
    source: 'a result has no place for them: ALB user guide, "Lambda functions as targets"',
    response: (response) => ({ ...response, trailers: [] }),
  },
  {
    name: 'an answer that never comes is a 504',
    source: 'docs/options.md, "deadlineMarginMs"; log code "out-of-time"',
    response: (response, { method }) =>
      response.end === 'silent' ? ownAnswer(504, 'Gateway Timeout', method) : response,
  },
  {
    name: 'a connection that ends before its answer does is a 502',
    source: 'ALB user guide, "Troubleshoot", "HTTP 502"; log code "disconnected"',
    response: (response, { method }) =>
      response.end === 'cut' || response.end === 'none'
        ? ownAnswer(502, 'Bad Gateway', method)
        : response,
  },
  {
    name: 'fields of one connection end at the load balancer',
    source: 'ALB user guide, "Lambda functions as targets" (hop-by-hop); RFC 9110, section 7.6.1',
    response: (response) => {
      const named = valuesOf(response.fields, 'connection')
        .join()
        .toLowerCase()
        .split(/[\s,]+/)
      return { ...response, fields: without(response.fields, [...HOP_BY_HOP, ...named]) }
    },
  },
  {
    name: 'the load balancer says of its own connection whether it stays open',
    source: 'RFC 9110, section 7.6.1',
    both: (response) => ({ ...response, fields: without(response.fields, ['connection']) }),
  },
  {
    name: 'the load balancer counts the body',
    by: 'load balancer',
    source:
      'ALB user guide, "Lambda functions as targets"; RFC 9110, section 8.6; docs/local-alb.md, "headContentLength"',
    response: (response, { method }) => {
      const { status, fields, body } = response
      if (status === 204 || status === 304) {
        return { ...response, fields: without(fields, ['content-length']) }
      }
      const given = method === 'HEAD' ? valuesOf(fields, 'content-length')[0] : undefined
      const length = given ?? String(body.length)
      const others = without(fields, ['content-length'])
      return { ...response, fields: [...others, ['Content-Length', length]] }
    },
  },
  {
    name: 'the load balancer names itself',
    by: 'load balancer',
    source: 'ALB user guide, "Listeners", routing.http.response.server.enabled',
    response: (response) => withDefault(response, 'Server', 'awselb/2.0'),
  },
  {
    name: 'the load balancer adds the date',
    by: 'load balancer',
    source: 'RFC 9110, section 6.6.1; seen in glassechidna/serverlessish#4',
    response: (response) => withDefault(response, 'Date', new Date().toUTCString()),
  },
  {
    name: 'the two answers are made one after the other',
    source: 'what takes time; a date that the app sets to another time must be the same',
    both: (response) => ({
      ...response,
      fields: response.fields.map(([name, value]) =>
        name.toLowerCase() === 'date' && Math.abs(Date.now() - Date.parse(value)) < NOW_MS
          ? [name, 'now']
          : [name, value],
      ),
    }),
  },
  {
    name: 'a response without a type is application/octet-stream',
    by: 'load balancer',
    source: 'aws/aws-lambda-go#207; docs/local-alb.md, "defaultContentType"',
    response: (response) =>
      response.status === 204 || response.status === 304
        ? response
        : withDefault(response, 'Content-Type', 'application/octet-stream'),
  },
  {
    name: 'a relative Location becomes absolute',
    by: 'load balancer',
    source: 'seen in pyepye/lambda-event-router; docs/local-alb.md, "absoluteLocation"',
    response: (response, request, { target }) => ({
      ...response,
      fields: response.fields.map(([name, value]) => [
        name,
        name.toLowerCase() === 'location' ? toAbsolute(value, request, target) : value,
      ]),
    }),
  },
  {
    name: 'bytes of a header that are not UTF-8 become the characters of their numbers',
    source: 'a result is JSON text; docs/local-alb.md, "nonAsciiHeaders"',
    response: (response) => ({
      ...response,
      reason: toUtf8Bytes(response.reason),
      fields: response.fields.map(([name, value]) => [name, toUtf8Bytes(value)]),
    }),
  },
  {
    name: 'the lines of a repeated field are joined into one',
    source: 'the adapter, so that no order is lost; RFC 9110, section 5.3',
    response: (response) => {
      /** @type {[string, string][]} */
      const joined = []
      for (const [name, value] of response.fields) {
        const held = joined.find(([key]) => key === name && key.toLowerCase() !== 'set-cookie')
        if (held) held[1] += `, ${value}`
        else joined.push([name, value])
      }
      // On the wire a value has no space at its ends.
      return { ...response, fields: joined.map(([name, value]) => [name, value.trim()]) }
    },
  },
  {
    name: 'the values of one name come in reversed order',
    by: 'load balancer',
    source: 'dougmoscrop/serverless-http#244; docs/local-alb.md, "responseHeaderOrder"',
    response: (response) => ({ ...response, fields: response.fields.toReversed() }),
  },
  {
    name: 'several cookies are spelled differently in single-value mode',
    source: 'docs/options.md, "singleValueCookies"',
    both: (response) => ({
      ...response,
      fields: response.fields.map(([name, value]) => [
        name.toLowerCase() === 'set-cookie' ? 'set-cookie' : name,
        value,
      ]),
    }),
  },
  {
    name: 'the order across names is not specified',
    source: 'ALB user guide, "Lambda functions as targets"; glassechidna/serverlessish#4',
    both: (response) => ({
      ...response,
      fields: response.fields.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
    }),
  },
])

/**
 * An answer of the adapter's own.
 *
 * @param {number} status
 * @param {string} reason
 * @param {string} method
 * @returns {Response}
 */
function ownAnswer(status, reason, method) {
  const body = Buffer.from(method === 'HEAD' ? '' : reason)
  const fields = /** @type {const} */ ([['Content-Type', 'text/plain']])
  return { end: 'complete', interim: [], status, reason, fields, body, trailers: [] }
}

/**
 * @param {Response} response
 * @param {string} name
 * @param {string} value
 * @returns {Response}
 */
function withDefault(response, name, value) {
  if (valuesOf(response.fields, name.toLowerCase()).length > 0) return response
  return { ...response, fields: [...response.fields, [name, value]] }
}

/**
 * RFC 3986, section 5.2.
 *
 * @param {string} location
 * @param {import('../message.mjs').Request} request as the app saw it
 * @param {string} target as the client sent it
 */
function toAbsolute(location, { headers }, target) {
  const origin = `http://${valuesOf(headers, 'host')[0] ?? ''}`
  if (location === '' || /^[a-z][a-z\d+.-]*:/i.test(location)) return location
  if (location.startsWith('//')) return `http:${location}`
  if (location.startsWith('/')) return origin + location
  const path = target.replace(/^http:\/\/[^/?#]*\/?/i, '/')
  const [text, base] = [location, origin + path].map((bytes) => Buffer.from(bytes, 'latin1'))
  return URL.canParse(String(text), String(base))
    ? new URL(String(text), String(base)).href
    : location
}

/** @param {string} value */
function toUtf8Bytes(value) {
  return isUtf8(Buffer.from(value, 'latin1')) ? value : Buffer.from(value).toString('latin1')
}
