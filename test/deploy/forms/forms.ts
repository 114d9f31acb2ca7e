import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder of the package under test. */
export const deployFolder: string = fileURLToPath(
  new URL('../../../packages/deploy/', import.meta.url),
)

export const readTemplate = (): string =>
  readFileSync(`${deployFolder}cloudformation/template.yaml`, 'utf8')

/** Values of parameters by their names in CDK, which are those of the other two in another letter case. */
export type Values = Readonly<
  Record<string, string | number | boolean | readonly string[] | Readonly<Record<string, string>>>
>

/** `alarmTarget5xxCount` of `AlarmTarget5xxCount` and `alarm_target_5xx_count`: a name without its letter case. */
export const fold = (name: string): string => name.replaceAll('_', '').toLowerCase()

/** A value as a text, lists with commas: how CloudFormation's parameters are given. */
export function toText(value: unknown): string {
  if (Array.isArray(value)) return value.map(toText).join(',')
  return typeof value === 'string' ? value : JSON.stringify(value)
}

export const toPascal = (name: string): string => name.replace(/^./, (first) => first.toUpperCase())

/** What the forms are deployed to, so that values become comparable texts. */
export const surroundings = { partition: 'aws', region: 'eu-west-1', account: '123456789012' }

export const listenerArn =
  'arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2'
export const existingTargetGroupArn =
  'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop-ec2/6d0ecf831eec9f09'

/** The values that nobody can do without. */
export const needed: Values = {
  name: 'shop',
  listenerArn,
  existingTargetGroupArn,
  testHeaderValue: 'only-for-us-9f2c',
  codeBucket: 'shop-releases',
  codeKey: 'shop/2f1c.zip',
}

/** Every property that can be set, at another value than its default, with the load balancer one has. */
export const everything: Values = {
  ...needed,
  rulePriority: 120,
  pathPatterns: ['/api/*', '/shop/*'],
  hostHeaders: ['shop.example', 'www.shop.example'],
  functionWeight: 5,
  existingWeight: 95,
  stickinessSeconds: 3600,
  testHeaderName: 'x-try-lambda',
  testRulePriority: 110,
  codeObjectVersion: '3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH',
  release: 'v42',
  handler: 'lambda.handler',
  runtime: 'nodejs24.x',
  architecture: 'x86_64',
  memorySizeMb: 512,
  timeoutSeconds: 20,
  reservedConcurrency: 50,
  policyArns: [
    'arn:aws:iam::123456789012:policy/shop-read',
    'arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess',
  ],
  logRetentionDays: 90,
  subnetIds: ['subnet-0a1b2c3d', 'subnet-1a1b2c3d'],
  securityGroupIds: ['sg-0a1b2c3d'],
  multiValueHeaders: false,
  healthCheck: true,
  healthCheckPath: '/healthz',
  alarmTarget5xxCount: 11,
  alarmLoadBalancerErrorCount: 12,
  alarmFunctionErrorCount: 13,
  alarmThrottleCount: 14,
  alarmDurationPercent: 70,
  alarmEvaluationMinutes: 3,
  alarmTopicArn: 'arn:aws:sns:eu-west-1:123456789012:on-call',
  idleTimeoutSeconds: 120,
}

/** A load balancer of its own, and no group that has the traffic. */
export const ownLoadBalancer: Values = {
  name: 'shop',
  testHeaderValue: '',
  codeBucket: 'shop-releases',
  codeKey: 'shop/2f1c.zip',
  createLoadBalancer: true,
  vpcId: 'vpc-0a1b2c3d',
  loadBalancerSubnetIds: ['subnet-2a1b2c3d', 'subnet-3a1b2c3d'],
  certificateArn:
    'arn:aws:acm:eu-west-1:123456789012:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0',
  loadBalancerScheme: 'internal',
  ingressCidr: '10.0.0.0/8',
  idleTimeoutSeconds: 45,
}
