import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import {
  type Configuration,
  parseConfiguration,
  readConfiguration,
} from '../../../packages/local-alb/src/rules/configuration.js'

const FIXTURES = fileURLToPath(new URL('../../fixtures/load-balancers/', import.meta.url))
const FUNCTION_FILE = `${FIXTURES}shop/lambda.mjs`
const PREFIX = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012'
const SERVERS = `${PREFIX}:targetgroup/shop-servers/73e2d6bc24d8a067`
const FUNCTION = `${PREFIX}:targetgroup/shop-function/09966783158cda59`
const ADMIN = `${PREFIX}:targetgroup/shop-admin/a8173c00fbbe7b8d`

/** Target groups without further settings, `blue` a server and `green` a function. */
const TARGETS = { blue: 'http://127.0.0.1:3000', green: 'shop/lambda.mjs' }

function parse(json: object): Promise<Configuration> {
  return parseConfiguration({ targets: TARGETS, ...json }, FIXTURES)
}

const forwardTo = (...names: readonly string[]): object => ({
  Type: 'forward',
  ForwardConfig: {
    TargetGroups: names.map((TargetGroupName) => ({ TargetGroupName, Weight: 1 })),
  },
})

describe('what the AWS CLI prints', () => {
  it('becomes the rules of the load balancer', async () => {
    const { definition, warnings } = await readConfiguration(`${FIXTURES}shop/load-balancer.json`)
    expect(warnings).toEqual([])
    expect(definition.rules.map(({ arn: _arn, ...rule }) => rule)).toEqual([
      {
        priority: 1,
        conditions: [
          { field: 'host-header', values: ['admin.shop.example.com'], regex: false },
          { field: 'source-ip', values: ['192.0.2.0/24', '2001:db8::/32'] },
        ],
        action: { type: 'forward', targetGroups: [{ arn: ADMIN, weight: 1 }] },
      },
      {
        priority: 5,
        conditions: [
          { field: 'http-header', name: 'X-Preview', values: ['function'], regex: false },
          { field: 'http-request-method', values: ['GET', 'HEAD'] },
        ],
        action: { type: 'forward', targetGroups: [{ arn: FUNCTION, weight: 1 }] },
      },
      {
        priority: 10,
        conditions: [{ field: 'path-pattern', values: ['^/api/v1/(.*)$'], regex: true }],
        action: { type: 'forward', targetGroups: [{ arn: FUNCTION, weight: 1 }] },
        transforms: [
          { type: 'url-rewrite', rewrites: [{ regex: '^/api/v1/(.*)$', replace: '/v2/$1' }] },
          {
            type: 'host-header-rewrite',
            rewrites: [{ regex: '^(.+)\\.example\\.com$', replace: '$1.internal' }],
          },
        ],
      },
      {
        priority: 20,
        conditions: [{ field: 'path-pattern', values: ['/old/*'], regex: false }],
        action: {
          type: 'redirect',
          status: 301,
          protocol: 'HTTPS',
          host: '#{host}',
          port: '443',
          path: '/new/#{path}',
          query: '#{query}',
        },
      },
      {
        priority: 30,
        conditions: [
          {
            field: 'query-string',
            values: [{ key: 'version', value: 'v1' }, { value: '*legacy*' }],
          },
        ],
        action: {
          type: 'fixed-response',
          status: 410,
          contentType: 'application/json',
          body: '{"error":"gone"}',
        },
      },
      {
        priority: 'default',
        conditions: [],
        action: {
          type: 'forward',
          targetGroups: [
            { arn: SERVERS, weight: 90 },
            { arn: FUNCTION, weight: 10 },
          ],
          stickinessSeconds: 3600,
        },
      },
    ])
    expect(definition.rules[0]?.arn).toMatch(/listener-rule\/app\/shop\/.*0c41e9aa06d2b0c1$/)
  })

  it('becomes the target groups, with the targets that stand for them here', async () => {
    const { definition } = await readConfiguration(`${FIXTURES}shop/load-balancer.json`)
    const thresholds = { timeoutSeconds: 5, healthyThreshold: 5, unhealthyThreshold: 2 }
    expect(definition.targetGroups).toEqual([
      {
        arn: SERVERS,
        name: 'shop-servers',
        type: 'instance',
        multiValueHeaders: false,
        healthCheck: { path: '/health', intervalSeconds: 30, matcher: '200-299', ...thresholds },
        targets: [
          { kind: 'instance', url: 'http://127.0.0.1:3000' },
          { kind: 'instance', url: 'http://127.0.0.1:3001' },
        ],
      },
      {
        arn: FUNCTION,
        name: 'shop-function',
        type: 'lambda',
        multiValueHeaders: true,
        targets: [{ kind: 'lambda', file: FUNCTION_FILE, timeoutSeconds: 10 }],
      },
      {
        arn: ADMIN,
        name: 'shop-admin',
        type: 'ip',
        multiValueHeaders: false,
        healthCheck: { path: '/admin/health', intervalSeconds: 10, matcher: '200', ...thresholds },
        targets: [{ kind: 'instance', url: 'http://127.0.0.1:3002' }],
      },
    ])
  })

  it('becomes options, where attributes have an effect', async () => {
    const { options } = await readConfiguration(`${FIXTURES}shop/load-balancer.json`)
    expect(options).toEqual({
      desyncMitigationMode: 'defensive',
      dropInvalidHeaderFields: true,
      idleTimeoutSeconds: 120,
      preserveHostHeader: false,
      serverHeader: false,
      tlsHeaders: false,
      xForwardedFor: 'append',
      xForwardedForClientPort: false,
    })
  })

  it('may stand in the configuration itself, with or without its outermost member', async () => {
    const Rules = [{ Priority: 'default', Actions: [forwardTo('blue')] }]
    for (const rules of [{ Rules }, Rules]) {
      const { definition } = await parse({ rules })
      expect(definition.targetGroups.map(({ name }) => name)).toEqual(['blue'])
    }
  })
})

describe('a configuration written by hand', () => {
  it('names target groups and shares requests out among them', async () => {
    const file = `${FIXTURES}hand-written/load-balancer.json`
    const { definition, options, warnings } = await readConfiguration(file)
    const [server, fn] = definition.targetGroups
    expect(definition.rules).toEqual([
      {
        priority: 'default',
        conditions: [],
        action: {
          type: 'forward',
          targetGroups: [
            { arn: server?.arn, weight: 90 },
            { arn: fn?.arn, weight: 10 },
          ],
        },
      },
    ])
    expect(definition.targetGroups).toEqual([
      {
        arn: expect.stringMatching(
          /^arn:aws:elasticloadbalancing:.*:targetgroup\/server\/[0-9a-f]{16}$/,
        ),
        name: 'server',
        type: 'instance',
        multiValueHeaders: false,
        targets: [{ kind: 'instance', url: 'http://127.0.0.1:3000' }],
      },
      {
        arn: expect.stringMatching(/:targetgroup\/function\//),
        name: 'function',
        type: 'lambda',
        multiValueHeaders: true,
        targets: [{ kind: 'lambda', file: FUNCTION_FILE }],
      },
    ])
    expect([options, warnings]).toEqual([{}, []])
  })

  it('needs no rules for a single target', async () => {
    const { definition } = await parse({ targets: { app: 'http://127.0.0.1:3000' } })
    const [group] = definition.targetGroups
    expect(group?.name).toBe('app')
    expect(definition.rules).toEqual([
      {
        priority: 'default',
        conditions: [],
        action: { type: 'forward', targetGroups: [{ arn: group?.arn, weight: 1 }] },
      },
    ])
  })

  it('evaluates rules in the order in which they stand, the default rule last', async () => {
    const rule = (path: string): object => ({
      Conditions: [{ Field: 'path-pattern', Values: [path] }],
      Actions: [forwardTo('green')],
    })
    const rules = [{ Actions: [forwardTo('blue')] }, rule('/b/*'), rule('/a/*')]
    const { definition } = await parse({ rules })
    expect(definition.rules.map(({ priority, conditions }) => [priority, conditions])).toEqual([
      [2, [{ field: 'path-pattern', values: ['/b/*'], regex: false }]],
      [3, [{ field: 'path-pattern', values: ['/a/*'], regex: false }]],
      ['default', []],
    ])
  })

  it('sorts rules by the priority they have', async () => {
    const rule = (Priority: number | string): object => ({
      Priority,
      Conditions: [{ Field: 'path-pattern', Values: [`/${Priority}`] }],
      Actions: [forwardTo('blue')],
    })
    const rules = [rule('10'), { Actions: [forwardTo('blue')] }, rule(9), rule('50000')]
    const { definition } = await parse({ rules })
    expect(definition.rules.map(({ priority }) => priority)).toEqual([9, 10, 50_000, 'default'])
  })

  it('takes ARNs of printed rules for the groups whose names it maps', async () => {
    const rules = [{ Actions: [{ Type: 'forward', TargetGroupArn: FUNCTION }] }]
    const targets = { 'shop-function': 'shop/lambda.mjs' }
    const { definition } = await parse({ rules, targets })
    expect(definition.targetGroups.map(({ arn, type }) => [arn, type])).toEqual([
      [FUNCTION, 'lambda'],
    ])
  })

  it('describes a target group as far as it wants to', async () => {
    const { definition } = await parse({
      rules: [{ Actions: [forwardTo('blue', 'green')] }],
      targetGroups: [
        { TargetGroupName: 'blue', HealthCheckPath: '/up', Matcher: { HttpCode: '200,204' } },
        { TargetGroupName: 'green', TargetType: 'lambda', HealthCheckEnabled: true },
      ],
    })
    expect(definition.targetGroups.map(({ type, healthCheck }) => [type, healthCheck])).toEqual([
      [
        'instance',
        {
          path: '/up',
          intervalSeconds: 30,
          timeoutSeconds: 5,
          healthyThreshold: 5,
          unhealthyThreshold: 2,
          matcher: '200,204',
        },
      ],
      [
        'lambda',
        {
          path: '/',
          intervalSeconds: 35,
          timeoutSeconds: 30,
          healthyThreshold: 5,
          unhealthyThreshold: 2,
          matcher: '200',
        },
      ],
    ])
  })

  it('says how a function is run', async () => {
    const settings = {
      handler: 'api.handler',
      timeoutSeconds: 3,
      memoryMb: 512,
      concurrency: 2,
      env: { STAGE: 'test' },
    }
    const { definition } = await parse({
      targets: { fn: { file: 'shop/lambda.mjs', ...settings } },
    })
    expect(definition.targetGroups[0]?.targets).toEqual([
      { kind: 'lambda', file: FUNCTION_FILE, ...settings },
    ])
  })

  it.each([[[]], [null]])('registers no target with %j', async (none) => {
    const { definition } = await parse({ targets: { fn: none } })
    expect(definition.targetGroups[0]?.targets).toEqual([])
  })

  it('has options, which win over attributes', async () => {
    const { options } = await parse({
      rules: [{ Actions: [forwardTo('blue')] }],
      loadBalancerAttributes: [
        { Key: 'idle_timeout.timeout_seconds', Value: '30' },
        { Key: 'routing.http.preserve_host_header.enabled', Value: 'true' },
      ],
      options: { idleTimeoutSeconds: 90, responseHeaderOrder: 'keep' },
    })
    expect(options).toEqual({
      idleTimeoutSeconds: 90,
      preserveHostHeader: true,
      responseHeaderOrder: 'keep',
    })
  })

  it('fills in what a redirect leaves as it is', async () => {
    const RedirectConfig = { Protocol: 'HTTPS', Query: '', StatusCode: 'HTTP_302' }
    const rules = [{ Actions: [{ Type: 'redirect', RedirectConfig }] }]
    const { definition } = await parse({ rules, targets: {} })
    expect(definition.rules[0]?.action).toEqual({
      type: 'redirect',
      status: 302,
      protocol: 'HTTPS',
      host: '#{host}',
      port: '#{port}',
      path: '/#{path}',
      query: '',
    })
  })
})

describe('a configuration warns', () => {
  const rules = [{ Actions: [forwardTo('blue')] }]
  const condition = (count: number, value: string): object[] => [
    {
      Conditions: [{ Field: 'path-pattern', Values: Array.from({ length: count }, () => value) }],
      Actions: [forwardTo('blue')],
    },
    ...rules,
  ]

  it.each([
    ['of a target that gets no requests', { rules }, 'targets.green is never used'],
    [
      'of a member that it does not know',
      { rules: [{ ...rules[0], Wieght: 1 }] },
      'rules[0].Wieght',
    ],
    ['of more values than AWS takes', { rules: condition(6, '/a') }, 'rule 1 compares 6 values'],
    ['of more wildcards than AWS takes', { rules: condition(2, '/*a*a*a*') }, 'has 8 wildcards'],
    [
      'of longer values than AWS takes',
      { rules: condition(1, `/${'a'.repeat(128)}`) },
      '129 characters',
    ],
    [
      'of stickiness to single targets',
      { rules, targetGroupAttributes: { blue: { 'stickiness.enabled': 'true' } } },
      'stickiness.enabled"] is true',
    ],
    [
      'of another algorithm',
      {
        rules,
        targetGroupAttributes: { blue: { 'load_balancing.algorithm.type': 'weighted_random' } },
      },
      '"weighted_random"',
    ],
    [
      'of header fields that the listener would add',
      {
        rules,
        listenerAttributes: {
          'routing.http.response.x_frame_options.header_value': 'DENY',
        },
      },
      'x_frame_options.header_value"] is "DENY"',
    ],
    [
      'when it cannot know the mode of a function',
      {
        rules: [{ Actions: [forwardTo('green')] }],
        targetGroups: [
          { TargetGroupName: 'green', TargetType: 'lambda' },
          { TargetGroupName: 'blue' },
        ],
      },
      'multi-value headers are taken to be off',
    ],
    [
      'when all weights are 0',
      {
        rules: [
          {
            Actions: [
              {
                Type: 'forward',
                ForwardConfig: { TargetGroups: [{ TargetGroupName: 'blue', Weight: 0 }] },
              },
            ],
          },
        ],
      },
      'weight 0',
    ],
  ])('%s', async (_what, json, sentence) => {
    const { warnings } = await parse(json)
    expect(warnings.join('\n')).toContain(sentence)
  })

  it('when it leaves authentication out, having been told to', async () => {
    const action = {
      Type: 'authenticate-oidc',
      Order: 1,
      AuthenticateOidcConfig: { Issuer: 'https://idp.example.com' },
    }
    const { definition, warnings } = await parse({
      rules: [{ Actions: [{ ...forwardTo('blue'), Order: 2 }, action] }],
      ignoreAuthentication: true,
    })
    expect(definition.rules[0]?.action.type).toBe('forward')
    expect(warnings.join('\n')).toContain('authenticate-oidc) is left out')
  })
})
