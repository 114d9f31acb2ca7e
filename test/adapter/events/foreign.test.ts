import type { RequestListener } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createHandler, type AlbEvent } from 'express-alb'
import { createAlbEvent, createLambdaContext } from 'express-alb/testing'

// Shapes as AWS documents them for each source, cut down to the members that tell them apart.
const V1 = {
  resource: '/{proxy+}',
  path: '/x',
  httpMethod: 'GET',
  headers: { Host: 'abc.execute-api.eu-west-1.amazonaws.com' },
  multiValueHeaders: { Host: ['abc.execute-api.eu-west-1.amazonaws.com'] },
  queryStringParameters: null,
  multiValueQueryStringParameters: null,
  pathParameters: { proxy: 'x' },
  stageVariables: null,
  requestContext: {
    accountId: '123456789012',
    apiId: 'abc',
    httpMethod: 'GET',
    identity: { sourceIp: '203.0.113.7' },
    path: '/prod/x',
    resourcePath: '/{proxy+}',
    stage: 'prod',
  },
  body: null,
  isBase64Encoded: false,
}

const V2 = {
  version: '2.0',
  routeKey: '$default',
  rawPath: '/x',
  rawQueryString: 'a=1',
  headers: { host: 'abc.execute-api.eu-west-1.amazonaws.com' },
  queryStringParameters: { a: '1' },
  requestContext: {
    accountId: '123456789012',
    apiId: 'abc',
    domainName: 'abc.execute-api.eu-west-1.amazonaws.com',
    http: { method: 'GET', path: '/x', protocol: 'HTTP/1.1', sourceIp: '203.0.113.7' },
    stage: '$default',
  },
  isBase64Encoded: false,
}

const FUNCTION_URL = {
  ...V2,
  requestContext: { ...V2.requestContext, domainName: 'abc.lambda-url.eu-west-1.on.aws' },
}

const WEBSOCKET = {
  requestContext: {
    routeKey: '$connect',
    eventType: 'CONNECT',
    connectionId: 'AbC=',
    apiId: 'abc',
    stage: 'prod',
    domainName: 'abc.execute-api.eu-west-1.amazonaws.com',
  },
  headers: { Host: 'abc.execute-api.eu-west-1.amazonaws.com' },
  multiValueHeaders: { Host: ['abc.execute-api.eu-west-1.amazonaws.com'] },
  isBase64Encoded: false,
}

const LATTICE_V2 = {
  version: '2.0',
  path: '/x',
  method: 'GET',
  headers: { host: ['service.example'] },
  queryStringParameters: { a: ['1'] },
  body: '',
  isBase64Encoded: false,
  requestContext: {
    serviceNetworkArn: 'arn:aws:vpc-lattice:eu-west-1:123456789012:servicenetwork/sn-0123',
    serviceArn: 'arn:aws:vpc-lattice:eu-west-1:123456789012:service/svc-0123',
    targetGroupArn: 'arn:aws:vpc-lattice:eu-west-1:123456789012:targetgroup/tg-0123',
    region: 'eu-west-1',
    timeEpoch: '1700000000000000',
  },
}

const LATTICE_V1 = {
  raw_path: '/x?a=1',
  method: 'GET',
  headers: { host: 'service.example' },
  query_string_parameters: { a: '1' },
  body: '',
  is_base64_encoded: false,
}

const CLOUDFRONT = {
  Records: [{ cf: { config: { distributionId: 'E1' }, request: { method: 'GET', uri: '/x' } } }],
}

const EVENTBRIDGE = {
  version: '0',
  id: '1',
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: '123456789012',
  time: '2026-01-01T00:00:00Z',
  region: 'eu-west-1',
  resources: [],
  detail: {},
}

const FOREIGN: [string, string, object][] = [
  ['API Gateway REST API', 'API Gateway', V1],
  [
    'API Gateway REST API from the console',
    'API Gateway',
    { ...V1, headers: null, multiValueHeaders: null },
  ],
  ['API Gateway HTTP API in format 1.0', 'API Gateway', { ...V1, version: '1.0' }],
  ['API Gateway HTTP API in format 2.0', 'API Gateway', V2],
  ['a function URL', 'function URL', FUNCTION_URL],
  ['an API Gateway WebSocket API', 'API Gateway', WEBSOCKET],
  ['CloudFront', 'CloudFront', CLOUDFRONT],
  ['VPC Lattice in format 2', 'VPC Lattice', LATTICE_V2],
  ['SQS', 'SQS', { Records: [{ messageId: '1', body: 'x', eventSource: 'aws:sqs' }] }],
  ['SNS', 'SNS', { Records: [{ EventVersion: '1.0', EventSource: 'aws:sns', Sns: {} }] }],
  ['S3', 'S3', { Records: [{ eventVersion: '2.1', eventSource: 'aws:s3', s3: {} }] }],
  ['Kinesis', 'Kinesis', { Records: [{ eventSource: 'aws:kinesis', kinesis: {} }] }],
  ['DynamoDB', 'DynamoDB', { Records: [{ eventSource: 'aws:dynamodb', dynamodb: {} }] }],
  ['SES', 'SES', { Records: [{ eventSource: 'aws:ses', ses: {} }] }],
  ['CodeCommit', 'aws:codecommit', { Records: [{ eventSource: 'aws:codecommit' }] }],
  ['EventBridge', 'EventBridge', EVENTBRIDGE],
  ['Kafka', 'Kafka', { eventSource: 'aws:kafka', records: {} }],
  ['Amazon MQ', 'MQ', { eventSource: 'aws:mq', messages: [] }],
]

/** Events that may be refused just for what they lack. */
const STRANGE: [string, object][] = [
  ['VPC Lattice in format 1', LATTICE_V1],
  ['an unknown source of records', { Records: [{}] }],
  ['no records', { Records: [] }],
  ['CloudWatch Logs', { awslogs: { data: 'H4sI' } }],
  ['Cognito', { version: '1', triggerSource: 'PreSignUp_SignUp', userName: 'x', request: {} }],
  [
    'an authorizer',
    { type: 'TOKEN', authorizationToken: 'x', methodArn: 'arn:aws:execute-api:eu-west-1:1:a/b' },
  ],
  [
    'a CloudFormation custom resource',
    { RequestType: 'Create', ResponseURL: 'https://example.com', StackId: 'x' },
  ],
  ['a warm-up plugin', { source: 'serverless-plugin-warmup' }],
  ['a test event of the console', { key1: 'value1', key2: 'value2', key3: 'value3' }],
  ['nothing', {}],
]

describe('an event of another source', () => {
  it.each(FOREIGN)('%s is refused with what it looks like', async (_name, source, event) => {
    let called = 0
    const handler = createHandler((_req, res) => {
      called++
      res.end()
    })
    const failure = await handler(event as AlbEvent, createLambdaContext()).catch(
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({
      name: 'ExpressAlbError',
      code: 'FOREIGN_EVENT',
      message: expect.stringMatching(/^event source is .*; it must be an ALB/),
    })
    expect((failure as Error).message.toLowerCase()).toContain(source.toLowerCase())
    expect(called).toBe(0)
  })

  it.each(STRANGE)('%s is refused, by a name or by what it lacks', async (_name, event) => {
    let called = 0
    const handler = createHandler((_req, res) => {
      called++
      res.end()
    })
    await expect(handler(event as AlbEvent, createLambdaContext())).rejects.toMatchObject({
      name: 'ExpressAlbError',
      code: expect.stringMatching(/^(?:FOREIGN|INVALID)_EVENT$/),
    })
    expect(called).toBe(0)
  })

  it('is refused before a lazy app is loaded', async () => {
    let loaded = 0
    const handler = createHandler(() => {
      loaded++
      return ((_req, res) => {
        res.end()
      }) satisfies RequestListener
    })
    await expect(handler(V1 as AlbEvent)).rejects.toMatchObject({ code: 'FOREIGN_EVENT' })
    expect(loaded).toBe(0)
  })

  it('leaves the handler as it was for the next event', async () => {
    const handler = createHandler((_req, res) => {
      res.end('ok')
    })
    await handler(V2 as unknown as AlbEvent).catch(() => {})
    expect((await handler(createAlbEvent(), createLambdaContext())).body).toBe('ok')
  })
})

describe('an event of an ALB', () => {
  it.each([
    [
      'members of other sources beside its own',
      {
        ...createAlbEvent(),
        version: '2.0',
        rawPath: '/x',
        resource: '/x',
        Records: [],
        'detail-type': 'x',
      },
    ],
    ['a version in the query', createAlbEvent({ url: '/?version=2.0&Records=1' })],
    ['a header named resource', createAlbEvent({ headers: { resource: 'x', stage: 'y' } })],
    [
      'a body that is an SQS event',
      createAlbEvent({ method: 'POST', body: { Records: [{ eventSource: 'aws:sqs' }] } }),
    ],
  ])('is taken with %s', async (_name, event) => {
    const handler = createHandler((_req, res) => {
      res.end('ok')
    })
    expect((await handler(event, createLambdaContext())).body).toBe('ok')
  })
})
