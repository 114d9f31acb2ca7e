import { describe, expect, it } from 'vitest'
import { toHealthCheckEvent } from '../../../packages/local-alb/src/event/health-check.js'
import { resolveOptions } from '../../../packages/local-alb/src/options.js'
import { ARN } from '../../helpers/http-request.js'

const SINGLE = { arn: ARN, multiValueHeaders: false }
const MULTI = { arn: ARN, multiValueHeaders: true }

describe('a health check', () => {
  // As captured from a real load balancer: aws-lambda-rust-runtime, lambda-http/tests/data/alb_no_host.json.
  const single = JSON.stringify({
    requestContext: { elb: { targetGroupArn: ARN } },
    httpMethod: 'GET',
    path: '/v1/health/',
    queryStringParameters: {},
    headers: { 'user-agent': 'ELB-HealthChecker/2.0' },
    body: '',
    isBase64Encoded: false,
  })

  it('has a user agent and no other field', () => {
    expect(toHealthCheckEvent('/v1/health/', SINGLE, resolveOptions())).toBe(single)
  })

  it('has the form of multiple values in that mode', () => {
    expect(toHealthCheckEvent('/v1/health/', MULTI, resolveOptions())).toBe(
      JSON.stringify({
        requestContext: { elb: { targetGroupArn: ARN } },
        httpMethod: 'GET',
        path: '/v1/health/',
        multiValueQueryStringParameters: {},
        multiValueHeaders: { 'user-agent': ['ELB-HealthChecker/2.0'] },
        body: '',
        isBase64Encoded: false,
      }),
    )
  })

  it('keeps the form of single values with multiValueHealthCheckEvent: single', () => {
    const settings = resolveOptions({ multiValueHealthCheckEvent: 'single' })
    expect(toHealthCheckEvent('/v1/health/', MULTI, settings)).toBe(single)
  })

  it('may have a query', () => {
    const event = toHealthCheckEvent('/up?deep=1%20&deep=2', SINGLE, resolveOptions())
    expect(JSON.parse(event)).toMatchObject({
      path: '/up',
      queryStringParameters: { deep: '2' },
    })
  })
})
