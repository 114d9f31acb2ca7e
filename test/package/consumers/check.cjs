// Shared by the two JavaScript consumers: what both entries of the package must do when really used.
const assert = require('node:assert/strict')

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

/**
 * @param {typeof import('express-alb')} main
 * @param {typeof import('express-alb/testing')} testing
 */
exports.check = async function check({ createHandler, getInvocation }, { createAlbEvent, invoke }) {
  const handler = createHandler((_req, res) => {
    res.end(getInvocation() === undefined ? 'no invocation' : 'ok')
  })
  const { headers, ...rest } = await handler(event, { getRemainingTimeInMillis: () => 30_000 })
  assert.equal(typeof headers, 'object')
  assert.deepEqual(rest, {
    statusCode: 200,
    statusDescription: '200 OK',
    body: 'ok',
    isBase64Encoded: false,
  })

  const response = await invoke(handler, createAlbEvent())
  assert.equal(response.status, 200)
  console.log('invoked')
}
