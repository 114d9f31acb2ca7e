import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createHandler, ExpressAlbError, type AlbEvent } from 'express-alb'
import { createAlbEvent, createLambdaContext } from 'express-alb/testing'
import { describe, expect, it } from 'vitest'
import { root } from '../repository/imports.js'

/** Invokes with what Lambda would make of this JSON. */
async function invokeWith(json: string): Promise<unknown> {
  let calls = 0
  const handler = createHandler(
    (_req, res) => {
      calls += 1
      res.end()
    },
    { logger: false },
  )
  try {
    return await handler(JSON.parse(json) as AlbEvent, createLambdaContext())
  } catch (error) {
    expect(calls).toBe(0)
    return error
  }
}

describe('who may invoke the function', () => {
  it.each([
    [
      'API Gateway v1',
      { resource: '/{proxy+}', requestContext: { stage: 'x', authorizer: { claims: {} } } },
    ],
    ['API Gateway v2 or a function URL', { rawPath: '/', requestContext: { http: {} } }],
    ['SQS', { Records: [{ eventSource: 'aws:sqs' }] }],
    ['EventBridge', { 'detail-type': 'x' }],
    ['CloudFront', { Records: [{ cf: {} }] }],
    ['VPC Lattice', { requestContext: { serviceNetworkArn: 'arn:…' } }],
  ])('T21: an event of %s is no request', async (_source, members) => {
    const event = { ...createAlbEvent(), requestContext: undefined, ...members }
    const error = await invokeWith(JSON.stringify(event))
    expect(error).toMatchObject({ name: 'ExpressAlbError', code: 'FOREIGN_EVENT' })
  })

  it('T22: every form of the deployment lets one target group of one account invoke, and nobody else', () => {
    const read = (file: string): string => readFileSync(join(root, 'packages/deploy', file), 'utf8')
    for (const [file, pattern] of [
      ['cloudformation/template.yaml', /Type: AWS::Lambda::Permission\n([^]*?)\n {2}\w+:\n/g],
      ['terraform/main.tf', /resource "aws_lambda_permission" "\w+" {\n([^]*?)\n}/g],
    ] as const) {
      const permissions = [...read(file).matchAll(pattern)].map(([, body = '']) => body)
      expect([file, permissions.length]).toEqual([file, 1])
      expect(permissions[0]).toMatch(/elasticloadbalancing/)
      expect(permissions[0]).toMatch(/source_?arn/i)
      expect(permissions[0]).toMatch(/source_?account/i)
      expect(read(file)).not.toMatch(/aws_lambda_function_url|AWS::Lambda::Url/)
    }
  })
})

const VALUES = [
  'null',
  '7',
  'true',
  '[]',
  '{}',
  '"x"',
  '[[]]',
  '{"a":{}}',
  '{"__proto__":{"polluted":1}}',
  '[null]',
]

describe('what it invokes with', () => {
  it('T23: any JSON in any field is answered or refused by name, and the next event is served', async () => {
    const event = createAlbEvent({ mode: 'multi' })
    const fields = [
      'requestContext',
      'httpMethod',
      'path',
      'multiValueHeaders',
      'headers',
      'multiValueQueryStringParameters',
      'queryStringParameters',
      'body',
      'isBase64Encoded',
    ]
    for (const field of fields) {
      for (const value of VALUES) {
        const outcome = await invokeWith(
          JSON.stringify({ ...event, [field]: 0 }).replace(`"${field}":0`, `"${field}":${value}`),
        )
        if (outcome instanceof ExpressAlbError) {
          expect(outcome.code).toBe('INVALID_EVENT')
          expect(outcome.message).toContain(field)
        } else expect(outcome).toMatchObject({ statusCode: expect.any(Number) as number })
      }
    }
    for (const value of VALUES) {
      const outcome = await invokeWith(value)
      expect(outcome).toMatchObject({ name: 'ExpressAlbError' })
    }
    expect('polluted' in {}).toBe(false)
    expect(await invokeWith(JSON.stringify(event))).toMatchObject({ statusCode: 200 })
  })

  it('T23: what is refused is shown on one line and cut short', async () => {
    const long = `\u001b[2J\n${'x'.repeat(1_000_000)}`
    for (const members of [
      { path: long },
      { httpMethod: long },
      { body: { a: long } },
      { headers: { a: { b: long } } },
    ]) {
      const { message } = (await invokeWith(
        JSON.stringify({ ...createAlbEvent(), ...members }),
      )) as Error
      // oxlint-disable-next-line no-control-regex -- these are the ones to find
      expect(message).not.toMatch(/[\u0000-\u001f]/)
      expect(message.length).toBeLessThan(300)
    }
  })
})
