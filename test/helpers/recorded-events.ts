import type { AlbEvent } from 'express-alb'
import type { AlbEventInit } from 'express-alb/testing'

/** An event in the shape of one recorded from a real load balancer, and the request that causes it. */
export interface RecordedEvent {
  readonly name: string
  /** Where the recording was published. Names and values here are our own, the shape is theirs. */
  readonly source: string
  readonly request: AlbEventInit
  readonly event: AlbEvent
}

const elb = {
  targetGroupArn:
    'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop/0123456789abcdef',
}
const trace = 'Root=1-65f0a1b2-0123456789abcdef01234567'

export const RECORDED_EVENTS: readonly RecordedEvent[] = [
  {
    name: 'curl over HTTP/1.1, single-value, 2019',
    source: 'aws/aws-lambda-go events/testdata/alb-lambda-target-request-headers-only.json',
    request: {
      url: '/?key=hello',
      protocol: 'http',
      clientAddress: '203.0.113.67',
      headers: {
        Host: 'shop-1.eu-west-1.elb.amazonaws.com',
        'User-Agent': 'curl/7.54.0',
        Accept: '*/*',
        Connection: 'keep-alive',
        'X-ImForwards': '20',
        'X-MyHeader': '123',
      },
    },
    event: {
      requestContext: { elb },
      httpMethod: 'GET',
      path: '/',
      queryStringParameters: { key: 'hello' },
      headers: {
        accept: '*/*',
        connection: 'keep-alive',
        host: 'shop-1.eu-west-1.elb.amazonaws.com',
        'user-agent': 'curl/7.54.0',
        'x-amzn-trace-id': trace,
        'x-forwarded-for': '203.0.113.67',
        'x-forwarded-port': '80',
        'x-forwarded-proto': 'http',
        'x-imforwards': '20',
        'x-myheader': '123',
      },
      body: '',
      isBase64Encoded: false,
    },
  },
  {
    name: 'curl over HTTP/1.1, multi-value, 2022',
    source: 'aws-powertools/powertools-lambda-python tests/events/albMultiValueHeadersEvent.json',
    request: {
      mode: 'multi',
      url: '/todos',
      protocol: 'http',
      clientAddress: '203.0.113.123',
      headers: {
        Host: 'shop-1.eu-central-1.elb.amazonaws.com',
        'User-Agent': 'curl/7.79.1',
        Accept: '*/*',
      },
    },
    event: {
      requestContext: { elb },
      httpMethod: 'GET',
      path: '/todos',
      multiValueQueryStringParameters: {},
      multiValueHeaders: {
        accept: ['*/*'],
        host: ['shop-1.eu-central-1.elb.amazonaws.com'],
        'user-agent': ['curl/7.79.1'],
        'x-amzn-trace-id': [trace],
        'x-forwarded-for': ['203.0.113.123'],
        'x-forwarded-port': ['80'],
        'x-forwarded-proto': ['http'],
      },
      body: '',
      isBase64Encoded: false,
    },
  },
  {
    name: 'a browser that posts JSON over HTTP/1.1, multi-value, 2019',
    source: 'CodeGenieApp/serverless-express examples/alb/alb-event.json',
    request: {
      mode: 'multi',
      method: 'POST',
      url: '/users',
      protocol: 'http',
      clientAddress: '203.0.113.66',
      headers: {
        Host: 'shop-2.us-east-1.elb.amazonaws.com',
        Connection: 'keep-alive',
        'Content-Type': 'application/json',
        Origin: 'http://shop-2.us-east-1.elb.amazonaws.com',
        'Accept-Encoding': 'gzip, deflate',
      },
      body: '{"name":"Zoë"}',
    },
    event: {
      requestContext: { elb },
      httpMethod: 'POST',
      path: '/users',
      multiValueQueryStringParameters: {},
      multiValueHeaders: {
        'accept-encoding': ['gzip, deflate'],
        connection: ['keep-alive'],
        'content-length': ['15'],
        'content-type': ['application/json'],
        host: ['shop-2.us-east-1.elb.amazonaws.com'],
        origin: ['http://shop-2.us-east-1.elb.amazonaws.com'],
        'x-amzn-trace-id': [trace],
        'x-forwarded-for': ['203.0.113.66'],
        'x-forwarded-port': ['80'],
        'x-forwarded-proto': ['http'],
      },
      body: '{"name":"Zoë"}',
      isBase64Encoded: false,
    },
  },
  {
    name: 'a browser that posts a form over HTTPS, single-value',
    source: 'ALB user guide, "Lambda functions as targets": the types that are not sent as text',
    request: {
      method: 'POST',
      url: '/login?next=%2Fcart',
      clientAddress: '2001:db8::7',
      headers: {
        Host: 'shop.example.com',
        Cookie: 'a=1; b=2',
        'Content-Type': 'application/x-www-form-urlencoded',
      },
      body: 'user=zo%C3%AB&pin=1+2',
    },
    event: {
      requestContext: { elb },
      httpMethod: 'POST',
      path: '/login',
      queryStringParameters: { next: '%2Fcart' },
      headers: {
        'content-length': '21',
        'content-type': 'application/x-www-form-urlencoded',
        cookie: 'a=1; b=2',
        host: 'shop.example.com',
        'x-amzn-trace-id': trace,
        'x-forwarded-for': '2001:db8::7',
        'x-forwarded-port': '443',
        'x-forwarded-proto': 'https',
      },
      body: 'dXNlcj16byVDMyVBQiZwaW49MSsy',
      isBase64Encoded: true,
    },
  },
]

/** As over HTTP/2, where browsers' empty bodies come marked as base64 and nobody sends `connection`. */
export const HTTP2_EVENT: AlbEvent = {
  requestContext: { elb },
  httpMethod: 'GET',
  path: '/calendar',
  queryStringParameters: { 'date%5Bfrom%5D': '2020-06-18', 'e[]': 'abc123!%40%23%25' },
  headers: {
    accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
    'accept-encoding': 'gzip, deflate, br',
    host: 'shop.example.com',
    'upgrade-insecure-requests': '1',
    'x-amzn-trace-id': trace,
    'x-forwarded-for': '203.0.113.8',
    'x-forwarded-port': '443',
    'x-forwarded-proto': 'https',
  },
  body: '',
  isBase64Encoded: true,
}
