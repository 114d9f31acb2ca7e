import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  RegoEngine,
  TemplateFile,
  type Engine,
  type StandardDiagnostic,
} from '@aws/cloudformation-validate'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { synthesize } from './forms/cdk.js'
import {
  deployFolder,
  everything,
  needed,
  ownLoadBalancer,
  readTemplate,
  type Values,
} from './forms/forms.js'
import { toParameters } from './forms/template.js'

// Programs of others, which take seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const folder = mkdtempSync(join(tmpdir(), 'express-alb-deploy-'))
afterAll(() => rmSync(folder, { recursive: true }))
const template = `${deployFolder}cloudformation/template.yaml`

/** Every parameter that a condition asks about has a value: the judge looks at both branches of each. */
const both: Values = {
  ...everything,
  ...ownLoadBalancer,
  ...everything,
  testHeaderValue: 'only-for-us-9f2c',
}

/** Warnings that are not about a mistake. */
const KNOWN = [
  // An output refers to the listener in the branch of the very condition under which the listener is made.
  'W1001',
  // CDK lets each function depend on its role in words, too.
  'W3005',
  // ARNs: those of what one has are given, and the target group's is put together, since nobody knows it in time.
  'W9002',
  'W9013',
]

describe('AWS’s own validator', () => {
  let engine: Engine
  beforeAll(() => {
    engine = new RegoEngine()
  })
  afterAll(() => engine.free())

  function findProblems(file: string, parameterOverrides: Record<string, string> = {}): string[] {
    // That a property cannot change without a replacement, and that tags can be had, is advice.
    const config = { severityLevel: 'WARN', exclude: { ids: KNOWN }, parameterOverrides } as const
    const { diagnostics } = engine.validateStandard(new TemplateFile(file), config)
    return diagnostics.map((found: StandardDiagnostic) => `${found.ruleId} ${found.message}`)
  }

  it('finds nothing wrong with the CloudFormation template', () => {
    expect(findProblems(template, toParameters(both))).toEqual([])
  })

  it.each([
    ['needed', needed],
    ['everything', everything],
    ['ownLoadBalancer', ownLoadBalancer],
  ])('finds nothing wrong with what CDK makes of the values: %s', (name, values) => {
    const file = join(folder, `${name}.json`)
    writeFileSync(file, JSON.stringify(synthesize(values)))
    expect(findProblems(file)).toEqual([])
  })

  it.each([
    ['MemorySize: !Ref MemorySizeMb', 'MemorySise: !Ref MemorySizeMb'],
    ['Principal: elasticloadbalancing.amazonaws.com', ''],
    ['!GetAtt Role.Arn', '!GetAtt Rolle.Arn'],
  ])('would find a slip: %s', (right, wrong) => {
    const file = join(folder, 'slip.yaml')
    writeFileSync(
      file,
      readTemplate().replace(right, () => wrong),
    )
    expect(findProblems(file, toParameters(both))).not.toEqual([])
  })
})

/** Whether a program that need not be there is there; prints that its judgement is missing where it is not. */
function isInstalled(judge: string, command: string, args: readonly string[]): boolean {
  const isThere = spawnSync(command, args, { stdio: 'ignore' }).status === 0
  if (!isThere) console.log(`Skipped: ${judge} is not installed, so it judges nothing here`)
  return isThere
}

describe.skipIf(!isInstalled('cfn-lint', 'cfn-lint', ['--version']))('cfn-lint', () => {
  it('finds nothing wrong with the template', () => {
    const { status, stdout } = spawnSync('cfn-lint', [template], { encoding: 'utf8' })
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
  })
})

describe.skipIf(!isInstalled('terraform', 'terraform', ['version']))('terraform fmt', () => {
  it('leaves the module as it is', () => {
    const args = ['fmt', '-check', '-recursive', `${deployFolder}terraform`]
    const { status, stdout } = spawnSync('terraform', args, { encoding: 'utf8' })
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
  })
})

interface Made {
  readonly status: string
  readonly created: readonly string[]
  readonly existing: string
  readonly outputs: Readonly<Record<string, string>>
  readonly rules: readonly {
    RuleArn: string
    Priority: string
    Conditions: unknown
    Actions: unknown
  }[]
  readonly attributes: Readonly<Record<string, string>>
  readonly targets: readonly string[]
  readonly policy: { readonly Statement: readonly unknown[] }
  readonly alias: string
  readonly alarms: readonly { AlarmName: string; Dimensions: unknown; Threshold: number }[]
  readonly listeners: readonly [string, number, readonly { Type: string }[]][]
}

/** The stacks, each made by moto out of the template. */
function createStacks(...parameters: readonly Record<string, string>[]): Made[] {
  const script = fileURLToPath(new URL('./judges/create_stack.py', import.meta.url))
  const args = [script, template, ...parameters.map((one) => JSON.stringify(one))]
  const { status, stdout, stderr } = spawnSync('python3', args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 24,
  })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as Made[]
}

const code = { Name: 'shop', CodeBucket: 'shop-releases', CodeKey: 'a.zip', PathPatterns: '/*' }

describe.skipIf(!isInstalled('moto', 'python3', ['-c', 'import moto, boto3']))('moto', () => {
  let beside: Made
  let own: Made
  beforeAll(() => {
    const [first, second] = createStacks(
      {
        ...code,
        ListenerArn: '{listener}',
        ExistingTargetGroupArn: '{existing}',
        TestHeaderValue: 'only-for-us-9f2c',
        HostHeaders: 'shop.example,www.shop.example',
        SubnetIds: '{subnets}',
        SecurityGroupIds: 'sg-0a1b2c3d',
      },
      {
        ...code,
        TestHeaderValue: '',
        CreateLoadBalancer: 'true',
        VpcId: '{vpc}',
        LoadBalancerSubnetIds: '{subnets}',
        CertificateArn: '{certificate}',
      },
    )
    beside = first!
    own = second!
  })

  it('makes the stack beside the group that has the traffic', () => {
    const made = beside
    const { outputs } = made
    const group = outputs['TargetGroupArn']
    expect(made.status).toBe('CREATE_COMPLETE')
    expect(made.created.indexOf('Permission')).toBeLessThan(made.created.indexOf('TargetGroup'))
    expect(made.targets).toEqual([outputs['AliasArn']])
    expect(outputs['AliasArn']).toMatch(/:function:shop:live$/)
    expect(made.alias).toBe('1')
    expect(made.attributes['lambda.multi_value_headers.enabled']).toBe('true')
    expect(made.policy.Statement).toEqual([
      expect.objectContaining({
        Action: 'lambda:InvokeFunction',
        Resource: outputs['AliasArn'],
        Condition: {
          ArnLike: { 'AWS:SourceArn': expect.stringMatching(/:targetgroup\/shop\/\*$/) as string },
          StringEquals: { 'AWS:SourceAccount': '123456789012' },
        },
      }),
    ])

    const scope = [
      { Field: 'path-pattern', PathPatternConfig: { Values: ['/*'] } },
      { Field: 'host-header', HostHeaderConfig: { Values: ['shop.example', 'www.shop.example'] } },
    ]
    const header = {
      Field: 'http-header',
      HttpHeaderConfig: { HttpHeaderName: 'x-express-alb-test', Values: ['only-for-us-9f2c'] },
    }
    expect(made.rules.find((rule) => rule.RuleArn === outputs['RuleArn'])).toMatchObject({
      Priority: '40000',
      Conditions: scope,
      Actions: [
        {
          Type: 'forward',
          ForwardConfig: {
            TargetGroups: [
              { TargetGroupArn: made.existing, Weight: 100 },
              { TargetGroupArn: group, Weight: 0 },
            ],
          },
        },
      ],
    })
    expect(made.rules.find((rule) => rule.RuleArn === outputs['TestRuleArn'])).toMatchObject({
      Priority: '39999',
      Conditions: [header, ...scope],
      Actions: [{ Type: 'forward', TargetGroupArn: group }],
    })
    expect(made.rules.map((rule) => rule.Priority)).toContain('default')

    expect(made.alarms.map((alarm) => alarm.AlarmName).join(',')).toBe(outputs['AlarmNames'])
    const [, balancer] =
      /listener\/(app\/[^/]+\/[^/]+)\//.exec(String(outputs['ListenerArn'])) ?? []
    expect(made.alarms[0]?.Dimensions).toEqual([
      { Name: 'LoadBalancer', Value: balancer },
      { Name: 'TargetGroup', Value: group?.split(':').at(-1) },
    ])
  })

  it('makes the stack with a load balancer of its own', () => {
    const made = own
    expect(made.status).toBe('CREATE_COMPLETE')
    expect(made.outputs['LoadBalancerDnsName']).toContain('elb.amazonaws.com')
    expect(made.outputs).not.toHaveProperty('TestRuleArn')
    expect(
      made.listeners.map(([protocol, port, [action]]) => [protocol, port, action?.Type]),
    ).toEqual(
      expect.arrayContaining([
        ['HTTPS', 443, 'fixed-response'],
        ['HTTP', 80, 'redirect'],
      ]),
    )
    expect(
      made.rules.find((rule) => rule.RuleArn === made.outputs['RuleArn'])?.Actions,
    ).toMatchObject([
      {
        ForwardConfig: {
          TargetGroups: [{ TargetGroupArn: made.outputs['TargetGroupArn'], Weight: 1 }],
        },
      },
    ])
  })
})
