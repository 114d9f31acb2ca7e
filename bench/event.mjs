// What the ALB and the Lambda runtime hand to a function, made fresh for every invocation.

/**
 * @typedef {'single' | 'multi'} Mode
 * @typedef {object} Request
 * @property {string} method
 * @property {string} path
 * @property {[string, string][]} [query] raw, as the ALB splits it
 * @property {Record<string, string>} [headers] lower case, added to the browser's
 * @property {Buffer} [body]
 *
 * @typedef {object} AlbEvent
 * @property {{ elb: { targetGroupArn: string } }} requestContext
 * @property {string} httpMethod
 * @property {string} path
 * @property {Record<string, string>} [queryStringParameters]
 * @property {Record<string, string[]>} [multiValueQueryStringParameters]
 * @property {Record<string, string>} [headers]
 * @property {Record<string, string[]>} [multiValueHeaders]
 * @property {string} body
 * @property {boolean} isBase64Encoded
 */

const BROWSER = {
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'accept-encoding': 'gzip, deflate, br',
  'accept-language': 'en-GB,en;q=0.9,de;q=0.7',
  cookie: 'session=3f1c2d9a7be84c0f; theme=dark',
  host: 'shop.example.com',
  'upgrade-insecure-requests': '1',
  'user-agent':
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'x-forwarded-for': '203.0.113.7',
  'x-forwarded-port': '443',
  'x-forwarded-proto': 'https',
}

// Stands in the template where each event gets a trace id of its own.
const SERIAL = '@serial@'

/** Media types an ALB passes as text (without a content-encoding); everything else is base64. */
const TEXT = /^(text\/.*|application\/(json|javascript|xml))$/i

/**
 * The text of one event, which the maker parses anew for each invocation, as the Lambda runtime does:
 * adapters that write on their event then write on one nobody else will see.
 *
 * @param {Request} request
 * @param {Mode} mode
 * @returns {() => AlbEvent}
 */
export function eventMaker(request, mode) {
  const [before = '', after = ''] = JSON.stringify(albEvent(request, mode)).split(SERIAL)
  let serial = 0
  return () => {
    /** @type {AlbEvent} */
    const event = JSON.parse(before + (serial++).toString(16).padStart(24, '0') + after)
    return event
  }
}

/** @param {Request} request @param {Mode} mode @returns {AlbEvent} */
function albEvent({ method, path, query = [], headers = {}, body }, mode) {
  const fields = Object.entries({
    ...BROWSER,
    'x-amzn-trace-id': `Root=1-69219a2c-${SERIAL}`,
    ...(body && { 'content-length': String(body.length) }),
    ...headers,
  }).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const isText = TEXT.test(headers['content-type'] ?? '')
  const isBase64Encoded = body !== undefined && !isText
  return {
    requestContext: {
      elb: {
        targetGroupArn:
          'arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/shop/49e9d65c45c6791a',
      },
    },
    httpMethod: method,
    path,
    ...(mode === 'multi'
      ? { multiValueQueryStringParameters: lists(query), multiValueHeaders: lists(fields) }
      : { queryStringParameters: Object.fromEntries(query), headers: Object.fromEntries(fields) }),
    body: body?.toString(isBase64Encoded ? 'base64' : 'utf8') ?? '',
    isBase64Encoded,
  }
}

/** @param {[string, string][]} pairs */
function lists(pairs) {
  /** @type {Record<string, string[]>} */
  const map = {}
  for (const [name, value] of pairs) (map[name] ??= []).push(value)
  return map
}

/** A context with what AWS's Node runtime client puts there. */
export function lambdaContext() {
  const deadline = Date.now() + 30_000
  return {
    functionName: 'shop',
    functionVersion: '7',
    invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:shop:live',
    memoryLimitInMB: '1024',
    awsRequestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
    logGroupName: '/aws/lambda/shop',
    logStreamName: '2026/11/22/[7]0123456789abcdef0123456789abcdef',
    clientContext: undefined,
    identity: undefined,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  }
}
