import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  parseConfiguration,
  readConfiguration,
} from '../../../packages/local-alb/src/rules/configuration.js'

const FIXTURES = fileURLToPath(new URL('../../fixtures/load-balancers/', import.meta.url))

const TARGETS = { blue: 'http://127.0.0.1:3000', green: 'shop/lambda.mjs' }
const FORWARD = { Type: 'forward', TargetGroupName: 'blue' }
const DEFAULT_RULE = { Actions: [FORWARD] }

async function messageFor(json: unknown): Promise<string> {
  const error: unknown = await parseConfiguration(json, FIXTURES).then(
    () => new Error('It was taken'),
    (reason: unknown) => reason,
  )
  expect(error).toMatchObject({ name: 'ConfigurationError' })
  return (error as Error).message
}

const withRules = (...rules: readonly unknown[]): object => ({ targets: TARGETS, rules })
const withCondition = (condition: unknown): object =>
  withRules({ Conditions: [condition], Actions: [FORWARD] }, DEFAULT_RULE)
const withAction = (action: unknown): object => withRules({ Actions: [action] })
const withGroups = (...TargetGroups: readonly unknown[]): object =>
  withAction({ Type: 'forward', ForwardConfig: { TargetGroups } })
const pathRule = (more: object): object => ({
  Conditions: [{ Field: 'path-pattern', Values: ['/a'] }],
  Actions: [FORWARD],
  ...more,
})

/** Title, configuration, and all that the message must say: the place, the value, what to do. */
const WRONG: readonly (readonly [title: string, json: unknown, says: readonly string[]])[] = [
  ['no object', [], ['configuration is []', 'object']],
  ['an unknown member', { target: 'x' }, ['configuration: target is "x"', 'targetGroups, ']],
  [
    'printed rules in the place of the configuration',
    { Rules: [] },
    ['AWS CLI printed', '"rules": "rules.json"'],
  ],
  ['no targets', { rules: [DEFAULT_RULE] }, ['configuration: targets is missing', '"my-group"']],
  ['no rules for several groups', { targets: TARGETS }, ['rules is missing', 'describe-rules']],

  [
    'an unknown field',
    withCondition({ Field: 'host' }),
    ['rules[0].Conditions[0].Field is "host"', '"host-header"'],
  ],
  ['no field', withCondition({ Values: ['/a'] }), ['Conditions[0].Field is missing']],
  [
    'no values',
    withCondition({ Field: 'path-pattern', Values: [] }),
    ['.Values is []', 'at least one'],
  ],
  [
    'an empty value',
    withCondition({ Field: 'path-pattern', Values: [''] }),
    ['Conditions[0].Values[0] is ""'],
  ],
  [
    'values and regular expressions',
    withCondition({
      Field: 'path-pattern',
      PathPatternConfig: { Values: ['/a'], RegexValues: ['^/a'] },
    }),
    ['PathPatternConfig.RegexValues is ["^/a"]', 'not both'],
  ],
  [
    'a broken regular expression',
    withCondition({ Field: 'path-pattern', PathPatternConfig: { RegexValues: ['^/('] } }),
    ['RegexValues[0] is "^/("', 'Unterminated group'],
  ],
  [
    'a regular expression that AWS does not take',
    withCondition({
      Field: 'http-header',
      HttpHeaderConfig: { HttpHeaderName: 'A', RegexValues: ['(?=a)'] },
    }),
    ['RegexValues[0] is "(?=a)"', 'lookaheads'],
  ],
  [
    'a condition on Host among the header fields',
    withCondition({
      Field: 'http-header',
      HttpHeaderConfig: { HttpHeaderName: 'Host', Values: ['a'] },
    }),
    ['HttpHeaderName is "Host"', 'host-header'],
  ],
  [
    'an address without a mask',
    withCondition({ Field: 'source-ip', SourceIpConfig: { Values: ['192.0.2.1'] } }),
    ['SourceIpConfig.Values[0] is "192.0.2.1"', 'CIDR'],
  ],
  [
    'a query string without a value',
    withCondition({ Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'a' }] } }),
    ['Values[0].Value is missing'],
  ],

  ['no default rule', withRules(pathRule({})), ['configuration: rules is', 'no default rule']],
  [
    'two default rules',
    withRules(DEFAULT_RULE, DEFAULT_RULE),
    ['rules[1] is', 'default rule already'],
  ],
  [
    'one priority twice',
    withRules(pathRule({ Priority: 7 }), pathRule({ Priority: '7' }), DEFAULT_RULE),
    ['rules[1].Priority is "7"', 'another rule'],
  ],
  [
    'an impossible priority',
    withRules(pathRule({ Priority: 0 }), DEFAULT_RULE),
    ['Priority is 0', '1 to 50000'],
  ],
  [
    'conditions of the default rule',
    withRules(pathRule({ Priority: 'default' })),
    ['rules[0].Conditions is', 'default rule has none'],
  ],
  [
    'transforms of the default rule',
    withRules({ ...DEFAULT_RULE, Transforms: [{ Type: 'url-rewrite' }] }),
    ['rules[0].Transforms is', 'default rule has none'],
  ],
  [
    'a rule with a priority and no conditions',
    withRules({ Priority: 1, Actions: [FORWARD] }, DEFAULT_RULE),
    ['rules[0].Conditions is missing', 'needs a condition'],
  ],
  [
    'an unknown transform',
    withRules(pathRule({ Transforms: [{ Type: 'path-rewrite' }] }), DEFAULT_RULE),
    ['Transforms[0].Type is "path-rewrite"', '"url-rewrite"'],
  ],
  [
    'a transform twice',
    withRules(
      pathRule({
        Transforms: [1, 2].map(() => ({
          Type: 'url-rewrite',
          UrlRewriteConfig: { Rewrites: [{ Regex: 'a', Replace: '/' }] },
        })),
      }),
      DEFAULT_RULE,
    ),
    ['Transforms[1].Type is "url-rewrite"', 'at most one'],
  ],

  ['no action', withRules({ Actions: [] }), ['rules[0].Actions is []', 'forward']],
  [
    'two actions',
    withRules({ Actions: [FORWARD, FORWARD] }),
    ['rules[0].Actions[1] is', 'one action'],
  ],
  [
    'an unknown action',
    withAction({ Type: 'proxy' }),
    ['Actions[0].Type is "proxy"', '"redirect"'],
  ],
  [
    'authentication',
    withRules({
      Actions: [
        { Type: 'authenticate-cognito', Order: 1 },
        { ...FORWARD, Order: 2 },
      ],
    }),
    ['Actions[0].Type is "authenticate-cognito"', '"ignoreAuthentication": true'],
  ],
  [
    'a weight above 999',
    withGroups({ TargetGroupName: 'blue', Weight: 1000 }),
    ['ForwardConfig.TargetGroups[0].Weight is 1000', '0 to 999'],
  ],
  ['a negative weight', withGroups({ TargetGroupName: 'blue', Weight: -1 }), ['Weight is -1']],
  ['half a weight', withGroups({ TargetGroupName: 'blue', Weight: 0.5 }), ['Weight is 0.5']],
  [
    'one of several groups without a weight',
    withGroups({ TargetGroupName: 'blue', Weight: 1 }, { TargetGroupName: 'green' }),
    ['TargetGroups[1].Weight is missing'],
  ],
  [
    'a group twice',
    withGroups({ TargetGroupName: 'blue', Weight: 1 }, { TargetGroupName: 'blue', Weight: 2 }),
    ['ForwardConfig.TargetGroups is', 'twice'],
  ],
  [
    'more than five groups',
    withGroups(...Array.from({ length: 6 }, () => ({ TargetGroupName: 'blue', Weight: 1 }))),
    ['ForwardConfig.TargetGroups is', 'at most 5'],
  ],
  [
    'stickiness without a duration',
    withAction({
      Type: 'forward',
      ForwardConfig: {
        TargetGroups: [{ TargetGroupName: 'blue' }],
        TargetGroupStickinessConfig: { Enabled: true },
      },
    }),
    ['DurationSeconds is missing', '604800'],
  ],
  [
    'a redirect without a status',
    withAction({ Type: 'redirect', RedirectConfig: {} }),
    ['RedirectConfig.StatusCode is missing', 'HTTP_301'],
  ],
  [
    'a redirect to a relative path',
    withAction({ Type: 'redirect', RedirectConfig: { StatusCode: 'HTTP_301', Path: 'a' } }),
    ['RedirectConfig.Path is "a"', 'start with "/"'],
  ],
  [
    'a fixed response that redirects',
    withAction({ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '301' } }),
    ['FixedResponseConfig.StatusCode is "301"', '2XX, 4XX or 5XX'],
  ],
  [
    'a fixed response of an unknown type',
    withAction({
      Type: 'fixed-response',
      FixedResponseConfig: { StatusCode: '200', ContentType: 'image/png' },
    }),
    ['ContentType is "image/png"', '"text/html"'],
  ],

  [
    'a rule for an unknown group',
    withAction({ Type: 'forward', TargetGroupName: 'red' }),
    ['TargetGroupName is "red"', 'no such target group', '"blue" or "green"'],
  ],
  [
    'a group that has no targets',
    {
      rules: [DEFAULT_RULE],
      targetGroups: [{ TargetGroupName: 'blue' }, { TargetGroupName: 'green' }],
      targets: { green: 'shop/lambda.mjs' },
    },
    ['rule default forwards to the target group "blue"', '"blue": []', 'Mapped so far: "green"'],
  ],
  [
    'targets of a group that is not described',
    { ...withRules(DEFAULT_RULE), targetGroups: [{ TargetGroupName: 'blue' }] },
    ['configuration: targets.green', 'not there', 'known are "blue"'],
  ],
  [
    'attributes of a group that is not there',
    { ...withRules(DEFAULT_RULE), targetGroupAttributes: { gren: {} } },
    ['targetGroupAttributes.gren', '"blue" or "green"'],
  ],
  [
    'a server for a group of functions',
    {
      targets: { blue: 'http://127.0.0.1:1' },
      targetGroups: [{ TargetGroupName: 'blue', TargetType: 'lambda' }],
    },
    ['targets.blue is "http://127.0.0.1:1"', 'type lambda'],
  ],
  [
    'a function for a group of instances',
    {
      targets: { green: 'shop/lambda.mjs' },
      targetGroups: [{ TargetGroupName: 'green', TargetType: 'instance' }],
    },
    ['targets.green is "shop/lambda.mjs"', 'type instance'],
  ],
  [
    'two functions for a group',
    { targets: { green: ['shop/lambda.mjs', 'shop/lambda.mjs'] } },
    ['targets.green is', 'one function'],
  ],
  [
    'a group for load balancers',
    { targets: {}, targetGroups: [{ TargetGroupName: 'x', TargetType: 'alb' }] },
    ['TargetType is "alb"', 'network load balancers'],
  ],
  [
    'a file that is not there',
    { targets: { green: 'no.mjs' } },
    ['targets.green is "no.mjs"', 'build it'],
  ],
  [
    'a URL with a path',
    { targets: { blue: 'http://127.0.0.1/a' } },
    ['targets.blue is', 'without a path'],
  ],
  [
    'a URL of another kind',
    { targets: { blue: 'ftp://127.0.0.1' } },
    ['targets.blue is "ftp://127.0.0.1"'],
  ],
  [
    'an unknown setting of a function',
    { targets: { green: { file: 'shop/lambda.mjs', timeout: 3 } } },
    ['targets.green.timeout is 3', 'timeoutSeconds'],
  ],
  [
    'a timeout that Lambda does not have',
    { targets: { green: { file: 'shop/lambda.mjs', timeoutSeconds: 901 } } },
    ['timeoutSeconds is 901', '1 to 900'],
  ],
  [
    'a variable that is no string',
    { targets: { green: { file: 'shop/lambda.mjs', env: { PORT: 1 } } } },
    ['env.PORT is 1', 'quotes'],
  ],
  [
    'a health check of a relative path',
    { targets: { blue: [] }, targetGroups: [{ TargetGroupName: 'blue', HealthCheckPath: 'up' }] },
    ['HealthCheckPath is "up"', 'start with "/"'],
  ],
  [
    'a matcher that is none',
    {
      targets: { blue: [] },
      targetGroups: [{ TargetGroupName: 'blue', Matcher: { HttpCode: '2xx' } }],
    },
    ['Matcher.HttpCode is "2xx"', '"200-299"'],
  ],

  [
    'an attribute with an impossible value',
    {
      targets: { blue: [] },
      loadBalancerAttributes: [{ Key: 'idle_timeout.timeout_seconds', Value: '0' }],
    },
    ['loadBalancerAttributes[0] "idle_timeout.timeout_seconds" is "0"', '1 to 4000'],
  ],
  [
    'an unknown option',
    { targets: { blue: [] }, options: { idleTimeout: 3 } },
    ['configuration: options', 'idleTimeout'],
  ],
  [
    'an option with an impossible value',
    { targets: { blue: [] }, options: { idleTimeoutSeconds: 'long' } },
    ['configuration: options', 'idleTimeoutSeconds', 'long'],
  ],
]

describe('a configuration is refused for', () => {
  it.each(WRONG)('%s', async (_title, json, says) => {
    const message = await messageFor(json)
    for (const part of says) expect(message).toContain(part)
  })

  it('nothing that its message would show at full length', async () => {
    const message = await messageFor(withCondition({ Field: 'x'.repeat(5000) }))
    expect(message.length).toBeLessThan(400)
  })
})

describe('a configuration file', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'local-alb-configuration-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  async function messageForFile(text: string): Promise<string> {
    const file = join(folder, 'load-balancer.json')
    await writeFile(file, text)
    return readConfiguration(file).then(
      () => 'It was taken',
      (error: unknown) => (error as Error).message,
    )
  }

  it('that is not there is named', async () => {
    const file = join(folder, 'missing.json')
    await expect(readConfiguration(file)).rejects.toThrow(`${file}: there is no such file`)
  })

  it('that is not JSON is named with what is wrong', async () => {
    expect(await messageForFile('{ "targets": ')).toMatch(
      /load-balancer\.json, which is not JSON \(.+\)/,
    )
  })

  it('names the place of a mistake, in itself and in the files that it names', async () => {
    expect(await messageForFile('{ "targets": 7 }')).toContain('load-balancer.json: targets is 7')
    await writeFile(join(folder, 'printed.json'), '{ "Rules": [{ "Priority": "x" }] }')
    expect(await messageForFile('{ "targets": {}, "rules": "printed.json" }')).toContain(
      'printed.json: Rules[0].Priority is "x"',
    )
  })

  it('names the file that it names in vain, and where', async () => {
    const message = await messageForFile('{ "targets": {}, "rules": "rules.txt" }')
    expect(message).toContain('load-balancer.json: rules names')
    expect(message).toContain(`${join(folder, 'rules.txt')}: there is no such file`)
  })

  it('may start with a byte order mark, as PowerShell writes it', async () => {
    expect(await messageForFile('\uFEFF{ "targets": 7 }')).toContain('targets is 7')
  })
})
