import { readFileSync } from 'node:fs'
import { defaults } from 'express-alb-deploy/cdk'
import { describe, expect, it } from 'vitest'
import { synthesize } from './forms/cdk.js'
import {
  deployFolder,
  everything,
  fold,
  listenerArn,
  needed,
  ownLoadBalancer,
  readTemplate,
  toPascal,
  type Values,
  toText,
} from './forms/forms.js'
import { parseModule, type Module } from './forms/module.js'
import { deploy, parseTemplate, toParameters } from './forms/template.js'
import { deployModule } from './forms/terraform.js'

const template = parseTemplate(readTemplate())
const module = await parseModule()

/** Nothing stands for them in CloudFormation, which reads no files and takes no names of variables. */
const NOT_IN_CLOUDFORMATION = ['codePath', 'environment']
/** With files out of the question, CloudFormation needs these two. */
const NEEDED_IN_CLOUDFORMATION = ['codeBucket', 'codeKey']

const cdk: Readonly<Record<string, unknown>> = {
  name: undefined,
  testHeaderValue: undefined,
  ...defaults,
}

describe('parameters', () => {
  it('are the same in CDK and Terraform, with the same defaults', () => {
    const variables = Object.entries(module.variable).map(([name, [variable]]) => [
      fold(name),
      variable['default'],
    ])
    expect(Object.fromEntries(variables)).toEqual(
      Object.fromEntries(Object.entries(cdk).map(([name, value]) => [fold(name), value])),
    )
  })

  it('are the same in CDK and CloudFormation, with the same defaults as texts', () => {
    const expected = Object.entries(cdk)
      .filter(([name]) => !NOT_IN_CLOUDFORMATION.includes(name))
      .map(([name, value]) => {
        const isNeeded = value === undefined || NEEDED_IN_CLOUDFORMATION.includes(name)
        return [toPascal(name), isNeeded ? undefined : toText(value)]
      })
    const parameters = Object.entries(template.Parameters ?? {}).map(([name, { Default }]) => [
      name,
      Default === undefined ? undefined : toText(Default),
    ])
    expect(Object.fromEntries(parameters)).toEqual(Object.fromEntries(expected))
  })

  it('are in the README, by all three names and with their defaults', () => {
    const readme = readFileSync(`${deployFolder}README.md`, 'utf8')
    const rows = [
      ...readme.matchAll(/^\| `(\w+)` +\| `?([^|`]+)`? +\| `?([^|`]+)`? +\| ([^|]*) \|/gm),
    ]
    const told = rows.map(([, name, pascal, snake, value]) => [
      name,
      pascal?.trim(),
      snake?.trim(),
      value?.trim().replaceAll('`', ''),
    ])
    const snakes = Object.keys(module.variable)
    const expected = Object.entries(cdk).map(([name, value]) => [
      name,
      NOT_IN_CLOUDFORMATION.includes(name) ? '–' : toPascal(name),
      snakes.find((snake) => fold(snake) === fold(name)),
      tell(value),
    ])
    expect(told).toEqual(expected)
  })

  it('stand in a group of the console each', () => {
    const metadata = (template as { Metadata?: Record<string, unknown> }).Metadata ?? {}
    const groups = (
      metadata['AWS::CloudFormation::Interface'] as { ParameterGroups: { Parameters: string[] }[] }
    ).ParameterGroups
    expect(groups.flatMap((group) => group.Parameters)).toEqual(
      Object.keys(template.Parameters ?? {}),
    )
  })
})

function tell(value: unknown): string {
  if (value === undefined) return 'needed'
  if (value === '' || JSON.stringify(value) === '[]' || JSON.stringify(value) === '{}')
    return 'none'
  return toText(value)
}

/** Why each form refuses the values; an empty list where it takes them. */
const refusals = {
  cdk: (values: Values): string[] => {
    try {
      synthesize(values)
      return []
    } catch (error) {
      return [String(error)]
    }
  },
  cloudFormation: (values: Values): string[] => {
    const given = toParameters(values)
    const problems = Object.entries(template.Parameters ?? {}).flatMap(([name, parameter]) =>
      isAccepted(parameter, given[name]) ? [] : [name],
    )
    return problems.length > 0 ? problems : [...deploy(template, given).refusals]
  },
  terraform: (values: Values, parsed: Module): readonly string[] =>
    deployModule(parsed, values).refusals,
}

/** As CloudFormation checks a parameter before it does anything. */
function isAccepted(parameter: Readonly<Record<string, unknown>>, given?: string): boolean {
  const value = given ?? parameter['Default']
  if (value === undefined) return false
  const text = toText(value)
  const { AllowedPattern, AllowedValues, MinValue, MaxValue, MinLength, MaxLength } = parameter
  return (
    (AllowedPattern === undefined || new RegExp(`^(?:${toText(AllowedPattern)})$`).test(text)) &&
    (AllowedValues === undefined || (AllowedValues as unknown[]).map(String).includes(text)) &&
    (MinValue === undefined || Number(text) >= Number(MinValue)) &&
    (MaxValue === undefined || Number(text) <= Number(MaxValue)) &&
    (MinLength === undefined || text.length >= Number(MinLength)) &&
    (MaxLength === undefined || text.length <= Number(MaxLength))
  )
}

describe('values', () => {
  it.each([
    ['what is needed', needed],
    ['everything', everything],
    ['a load balancer of its own', ownLoadBalancer],
    ['no test rule', { ...needed, testHeaderValue: '' }],
    ['a name of one character', { ...needed, name: 'a' }],
    ['the longest name', { ...needed, name: 'a'.repeat(32) }],
    ['a partition of China', { ...needed, listenerArn: listenerArn.replace('aws', 'aws-cn') }],
  ])('are taken by all three: %s', (_name, values) => {
    expect(refusals.cdk(values)).toEqual([])
    expect(refusals.cloudFormation(values)).toEqual([])
    expect(refusals.terraform(values, module)).toEqual([])
  })

  it.each([
    ['name', ''],
    ['name', 'a'.repeat(33)],
    ['name', '-shop'],
    ['name', 'shop_1'],
    ['name', 'internal-shop'],
    ['listenerArn', ''],
    [
      'listenerArn',
      'arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/net/shop/50dc/f2f7',
    ],
    [
      'listenerArn',
      'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/50dc',
    ],
    ['existingTargetGroupArn', 'shop-ec2'],
    ['rulePriority', 0],
    ['rulePriority', 50_001],
    ['functionWeight', -1],
    ['existingWeight', 1000],
    ['stickinessSeconds', 604_801],
    ['testHeaderName', 'two words'],
    ['testHeaderValue', 'short'],
    ['testHeaderValue', 'with-a-wildcard*'],
    ['testRulePriority', 40_000],
    ['codeBucket', 'Shop'],
    ['runtime', 'nodejs20.x'],
    ['architecture', 'arm'],
    ['memorySizeMb', 127],
    ['memorySizeMb', 10_241],
    ['timeoutSeconds', 901],
    ['reservedConcurrency', -2],
    ['logRetentionDays', 31],
    ['healthCheckPath', 'health'],
    ['alarmTarget5xxCount', 0],
    ['alarmDurationPercent', 101],
    ['alarmTopicArn', 'on-call'],
    ['loadBalancerScheme', 'public'],
    ['ingressCidr', 'everybody'],
    ['idleTimeoutSeconds', 4001],
    ['createLoadBalancer', true],
  ])('are refused by all three: %s = %j', (name, value) => {
    const values = { ...needed, [name]: value }
    expect(refusals.cdk(values).join()).toContain(name)
    expect(refusals.cloudFormation(values)).not.toEqual([])
    expect(refusals.terraform(values, module)).not.toEqual([])
  })

  it('are refused by all three when nobody would answer', () => {
    const values = { ...needed, functionWeight: 0, existingWeight: 0 }
    expect(refusals.cdk(values).join()).toContain('nobody would answer')
    expect(refusals.cloudFormation(values).join()).toContain('nobody would answer')
    expect(refusals.terraform(values, module).join()).toContain('nobody would answer')
  })

  /** CloudFormation compares no numbers and counts no items; AWS refuses some of it, the README tells the rest. */
  it.each([
    ['timeoutSeconds', { timeoutSeconds: 60 }],
    ['testRulePriority', { rulePriority: 10 }],
    ['pathPatterns', { pathPatterns: ['/a', '/b', '/c'], hostHeaders: ['a.example', 'b.example'] }],
    ['securityGroupIds', { subnetIds: ['subnet-0a1b2c3d'] }],
    ['codeKey', { codeKey: '' }],
  ])('that do not go together are refused by CDK and Terraform: %s', (name, further) => {
    const values = { ...needed, ...further } as Values
    const snake = Object.keys(module.variable).find((variable) => fold(variable) === fold(name))
    expect(refusals.cdk(values).join()).toContain(name)
    expect(refusals.terraform(values, module).join()).toContain(snake)
  })
})
