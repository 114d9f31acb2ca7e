import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, aws_iam as iam, aws_lambda as lambda, CfnParameter, Stack } from 'aws-cdk-lib'
import { Match, Template } from 'aws-cdk-lib/assertions'
import { AlbFunction, createApp, type AlbFunctionProps } from 'express-alb-deploy/cdk'
import { afterAll, describe, expect, it } from 'vitest'
import { everything, needed, type Values, toText } from './forms/forms.js'

const folder = mkdtempSync(join(tmpdir(), 'express-alb-deploy-'))
writeFileSync(join(folder, 'index.mjs'), 'export const handler = async () => ({ statusCode: 200 })')
afterAll(() => rmSync(folder, { recursive: true }))

const needs = needed as unknown as AlbFunctionProps

function makeStack(): Stack {
  const app = new App({
    autoSynth: false,
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
  })
  return new Stack(app, 'Stack')
}

function make(props: Partial<AlbFunctionProps> = {}): Template {
  const stack = makeStack()
  expect(new AlbFunction(stack, 'Shop', { ...needs, ...props }).node.id).toBe('Shop')
  return Template.fromStack(stack)
}

const versionsOf = (template: Template): string[] =>
  Object.keys(template.findResources('AWS::Lambda::Version'))

describe('AlbFunction', () => {
  it('shares the traffic by weight and leaves the function out at first', () => {
    make().hasResourceProperties('AWS::ElasticLoadBalancingV2::ListenerRule', {
      Priority: 40_000,
      ListenerArn: needed['listenerArn'],
      Actions: [
        {
          Type: 'forward',
          ForwardConfig: {
            TargetGroups: [
              { TargetGroupArn: needed['existingTargetGroupArn'], Weight: 100 },
              { TargetGroupArn: { Ref: Match.stringLikeRegexp('TargetGroup') }, Weight: 0 },
            ],
          },
        },
      ],
    })
  })

  it('registers the alias, which is on a published version, and only after the permission on it', () => {
    const template = make()
    const [permission] = Object.keys(template.findResources('AWS::Lambda::Permission'))
    const [alias] = Object.keys(template.findResources('AWS::Lambda::Alias'))
    const [version] = versionsOf(template)
    template.hasResource('AWS::ElasticLoadBalancingV2::TargetGroup', {
      DependsOn: [permission],
      Properties: { Targets: [{ Id: { Ref: alias } }], TargetType: 'lambda' },
    })
    template.hasResourceProperties('AWS::Lambda::Permission', {
      FunctionName: { Ref: alias },
      SourceAccount: { Ref: 'AWS::AccountId' },
      SourceArn: Match.objectLike({ 'Fn::Join': ['', Match.arrayWith([':targetgroup/shop/*'])] }),
    })
    template.hasResourceProperties('AWS::Lambda::Alias', {
      FunctionVersion: { 'Fn::GetAtt': [version, 'Version'] },
    })
  })

  it('gives the role its own log, and nothing of the account', () => {
    const roles = make().findResources('AWS::IAM::Role')
    const text = JSON.stringify(roles)
    expect(Object.keys(roles)).toHaveLength(1)
    expect(text).not.toContain('"Resource":"*"')
    expect(text).not.toContain('ManagedPolicyArns')
    expect(text.match(/"[a-z0-9]+:[A-Z]\w+"/g)).toEqual([
      '"sts:AssumeRole"',
      '"logs:CreateLogStream"',
      '"logs:PutLogEvents"',
    ])
  })

  it.each([
    ['the code', { codeKey: 'shop/3a2b.zip' }],
    ['memory', { memorySizeMb: 2048 }],
    ['the environment', { environment: { LOG_LEVEL: 'debug' } }],
    ['the subnets', { subnetIds: ['subnet-0a1b2c3d'], securityGroupIds: ['sg-0a1b2c3d'] }],
  ])('publishes another version when %s changes, and keeps the old one', (_name, change) => {
    const [before, after] = [make(), make(change)]
    expect(versionsOf(after)).not.toEqual(versionsOf(before))
    after.hasResource('AWS::Lambda::Version', { UpdateReplacePolicy: 'Retain' })
  })

  it('publishes no version when only weights and alarms change', () => {
    const change = { functionWeight: 10, alarmThrottleCount: 7, logRetentionDays: 7 }
    expect(versionsOf(make(change))).toEqual(versionsOf(make()))
  })

  it('adds to the environment, where NODE_ENV may be said otherwise', () => {
    make({ environment: { LOG_LEVEL: 'info' } }).hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { NODE_ENV: 'production', LOG_LEVEL: 'info' } },
    })
    make({ environment: { NODE_ENV: 'staging' } }).hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { NODE_ENV: 'staging' } },
    })
  })

  it.each([
    ['codePath', { codePath: folder }],
    ['code', { code: lambda.Code.fromAsset(folder) }],
  ])('takes a folder by %s', (_name, source) => {
    make({ codeBucket: '', codeKey: '', ...source }).hasResourceProperties(
      'AWS::Lambda::Function',
      {
        Code: { S3Key: Match.stringLikeRegexp('^[0-9a-f]{64}[.]zip$') },
      },
    )
  })

  it('takes a listener that is known in the deployment only', () => {
    const stack = makeStack()
    const parameter = new CfnParameter(stack, 'Listener')
    const made = new AlbFunction(stack, 'Shop', { ...needs, listenerArn: parameter.valueAsString })
    expect(made.listenerArn).toBe(parameter.valueAsString)
    const select = (index: number): object => ({
      'Fn::Select': [index, { 'Fn::Split': ['/', { Ref: 'Listener' }] }],
    })
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'shop-target-5xx',
      Dimensions: [
        { Name: 'LoadBalancer', Value: { 'Fn::Join': ['/', [select(1), select(2), select(3)]] } },
        Match.anyValue(),
      ],
    })
  })

  it('may stand twice in a stack', () => {
    const stack = makeStack()
    const both = [
      new AlbFunction(stack, 'One', needs),
      new AlbFunction(stack, 'Two', {
        ...needs,
        name: 'two',
        rulePriority: 90,
        testRulePriority: 80,
      }),
    ]
    expect(both).toHaveLength(2)
    Template.fromStack(stack).resourceCountIs('AWS::ElasticLoadBalancingV2::ListenerRule', 4)
  })

  it('lets others grant to the function', () => {
    const stack = makeStack()
    const { function: made } = new AlbFunction(stack, 'Shop', needs)
    made.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['s3:GetObject'],
        resources: ['arn:aws:s3:::pictures/*'],
      }),
    )
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: [Match.objectLike({ Action: 's3:GetObject' })] },
    })
  })

  it('names every property that is not right, with its value, at once', () => {
    expect(() => make({ name: 'no good', memorySizeMb: 1, timeoutSeconds: 60 })).toThrow(
      /name is "no good": [^]*memorySizeMb is 1: [^]*timeoutSeconds 60 must be less/,
    )
  })
})

describe('createApp', () => {
  const synthesize = (context: Values): Template =>
    Template.fromStack(
      createApp({
        context,
        autoSynth: false,
        builtinCloudFormationValidation: false,
      }).node.findChild('AlbFunction') as Stack,
    )

  it('reads texts as the command line gives them like the values of cdk.json', () => {
    const texts = Object.fromEntries(
      Object.entries(everything).map(([name, value]) => [name, toText(value)]),
    )
    const environment = { LOG_LEVEL: 'info' }
    expect(synthesize({ ...texts, environment: JSON.stringify(environment) }).toJSON()).toEqual(
      synthesize({ ...everything, environment }).toJSON(),
    )
  })

  it('refuses an unknown property and passes what CDK itself puts there', () => {
    expect(() => synthesize({ ...needed, functionWieght: '5' })).toThrow(
      /functionWieght is not a property: there are name, .*functionWeight/,
    )
    synthesize({ ...needed, '@aws-cdk/core:checkSecretUsage': true, 'aws:cdk:version': '2' })
  })

  it.each([
    ['functionWeight', 'five', 'give a number'],
    ['healthCheck', 'yes', 'give true or false'],
    ['environment', '{"PORT":1}', 'give JSON'],
    ['environment', 'PORT=1', 'give JSON'],
  ])('refuses %s = %s', (name, value, advice) => {
    expect(() => synthesize({ ...needed, [name]: value })).toThrow(
      new RegExp(`${name} is .*${advice}`),
    )
  })

  it('says what is missing', () => {
    expect(() => synthesize({})).toThrow(/- name is missing: [^]*- testHeaderValue is missing/)
  })
})
