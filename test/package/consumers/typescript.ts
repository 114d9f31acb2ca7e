import { deepEqual, equal } from 'node:assert/strict'
import type { ALBHandler } from 'aws-lambda'
import { createHandler, getInvocation, type AlbHandler } from 'express-alb'
import { createAlbEvent, invoke } from 'express-alb/testing'

const event = {
  requestContext: {
    elb: {
      targetGroupArn:
        'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/app/0123456789abcdef',
    },
  },
  httpMethod: 'GET',
  path: '/',
  queryStringParameters: {},
  headers: { host: 'x' },
  body: '',
  isBase64Encoded: false,
}

export const handler: AlbHandler = createHandler((req, res) => {
  res.end(getInvocation() === undefined ? 'no invocation' : `${String(req.method)} is ok`)
})

// Whoever types the handler by AWS's own types must be able to.
export const official: ALBHandler = handler

async function main(): Promise<void> {
  const { headers, ...rest } = await handler(event, { getRemainingTimeInMillis: () => 30_000 })
  equal(typeof headers, 'object')
  deepEqual(rest, {
    statusCode: 200,
    statusDescription: '200 OK',
    body: 'GET is ok',
    isBase64Encoded: false,
  })

  const response = await invoke(handler, createAlbEvent())
  equal(response.status, 200)
  console.log('invoked')
}

void main()
