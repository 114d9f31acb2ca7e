import { Token } from 'aws-cdk-lib'
import { defaults } from './defaults.js'
import type { Settings } from './props.js'

/** A value of each property's type. */
const examples: Settings = { name: '', testHeaderValue: '', ...defaults }

const ARN = String.raw`^arn:aws[a-z-]*`
const LISTENER_ARN = new RegExp(
  String.raw`${ARN}:elasticloadbalancing:[^:]+:\d{12}:listener/app/[^/]+/\w+/\w+$`,
)
const TARGET_GROUP_ARN = new RegExp(
  String.raw`${ARN}:elasticloadbalancing:[^:]+:\d{12}:targetgroup/[^/]+/\w+$`,
)
const CERTIFICATE_ARN = new RegExp(String.raw`${ARN}:(acm|iam):`)
const TOPIC_ARN = new RegExp(String.raw`${ARN}:sns:`)

/** What CloudWatch Logs accepts as a number of days. */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
]

const CHECKS: {
  readonly [Name in keyof Settings]?: readonly [RegExp | readonly unknown[], string]
} = {
  name: [
    /^(?!internal-)[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/,
    'give 1 to 32 letters, digits and hyphens, no hyphen at either end, not beginning with "internal-"',
  ],
  listenerArn: [LISTENER_ARN, "give the ARN of an Application Load Balancer's listener"],
  existingTargetGroupArn: [TARGET_GROUP_ARN, 'give the ARN of a target group'],
  testHeaderName: [
    /^[A-Za-z0-9!#$&'^_`|~+.-]{1,40}$/,
    'give the name of an HTTP header of up to 40 characters',
  ],
  testHeaderValue: [
    /^[A-Za-z0-9_-]{8,128}$/,
    'give 8 to 128 letters, digits, "_" and "-", or nothing for no test rule',
  ],
  codeBucket: [/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'give the name of an S3 bucket'],
  runtime: [['nodejs22.x', 'nodejs24.x'], 'give nodejs22.x or nodejs24.x'],
  architecture: [['arm64', 'x86_64'], 'give arm64 or x86_64'],
  logRetentionDays: [RETENTION_DAYS, `give one of ${RETENTION_DAYS.join(', ')}`],
  healthCheckPath: [/^\/\S{0,1023}$/, 'give a path that begins with "/"'],
  alarmTopicArn: [TOPIC_ARN, 'give the ARN of an SNS topic'],
  certificateArn: [CERTIFICATE_ARN, 'give the ARN of a certificate'],
  loadBalancerScheme: [['internet-facing', 'internal'], 'give internet-facing or internal'],
  ingressCidr: [
    /^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/,
    'give an IPv4 CIDR block such as 203.0.113.0/24',
  ],
}

/** Optional texts, of which an empty one stands for none; the test header's value may be empty too. */
const MAY_BE_EMPTY: readonly (keyof Settings)[] = [
  'listenerArn',
  'existingTargetGroupArn',
  'testHeaderValue',
  'codeBucket',
  'alarmTopicArn',
  'certificateArn',
]

const RANGES: { readonly [Name in keyof Settings]?: readonly [number, number] } = {
  rulePriority: [1, 50_000],
  testRulePriority: [1, 50_000],
  functionWeight: [0, 999],
  existingWeight: [0, 999],
  stickinessSeconds: [0, 604_800],
  memorySizeMb: [128, 10_240],
  timeoutSeconds: [1, 900],
  reservedConcurrency: [-1, Infinity],
  alarmTarget5xxCount: [1, Infinity],
  alarmLoadBalancerErrorCount: [1, Infinity],
  alarmFunctionErrorCount: [1, Infinity],
  alarmThrottleCount: [1, Infinity],
  alarmDurationPercent: [1, 100],
  // One day, CloudWatch's limit for an alarm.
  alarmEvaluationMinutes: [1, 1_440],
  idleTimeoutSeconds: [1, 4_000],
}

/** What is not right about the settings: each names the property, shows its value and says what to do. */
export function findProblems(settings: Settings, hasCode: boolean): readonly string[] {
  return [...valueProblems(settings), ...combinationProblems(settings, hasCode)]
}

function* valueProblems(settings: Settings): Generator<string> {
  for (const [name, value] of Object.entries(settings) as [keyof Settings, unknown][]) {
    if (Token.isUnresolved(value)) continue
    const example = examples[name]
    if (!Object.hasOwn(examples, name)) {
      yield `${name} is not a property`
      continue
    }
    if (typeof value !== typeof example || Array.isArray(value) !== Array.isArray(example)) {
      yield `${name} is ${JSON.stringify(value)}: give ${Array.isArray(example) ? 'an array' : `a value like ${JSON.stringify(example)}`}`
      continue
    }
    const range = RANGES[name]
    if (range !== undefined && !isWholeNumberIn(range, value)) {
      const most = range[1] === Infinity ? 'or more' : `to ${range[1]}`
      yield `${name} is ${JSON.stringify(value)}: give a whole number, ${range[0]} ${most}`
    }
    const check = CHECKS[name]
    if (check === undefined || (value === '' && MAY_BE_EMPTY.includes(name))) continue
    const [allowed, advice] = check
    const isAllowed =
      allowed instanceof RegExp ? allowed.test(String(value)) : allowed.includes(value)
    if (!isAllowed) yield `${name} is ${JSON.stringify(value)}: ${advice}`
  }
}

function isWholeNumberIn([least, most]: readonly [number, number], value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
}

function* combinationProblems(s: Settings, hasCode: boolean): Generator<string> {
  if (s.createLoadBalancer) {
    if (s.listenerArn !== '')
      yield 'listenerArn and createLoadBalancer exclude each other: leave one out'
    if (s.vpcId === '') yield 'createLoadBalancer needs vpcId'
    if (s.certificateArn === '') yield 'createLoadBalancer needs certificateArn'
    if (isShorter(s.loadBalancerSubnetIds, 2)) {
      yield 'createLoadBalancer needs two loadBalancerSubnetIds or more, in different Availability Zones'
    }
  } else if (s.listenerArn === '') {
    yield 'listenerArn is missing: give the listener that you have, or set createLoadBalancer'
  }

  const sources = [hasCode, s.codePath !== '', s.codeBucket !== '' || s.codeKey !== '']
  if (sources.filter(Boolean).length !== 1) {
    yield 'the code is needed from one place: code, codePath, or codeBucket with codeKey'
  }
  if ((s.codeBucket === '') !== (s.codeKey === '')) yield 'codeBucket and codeKey belong together'

  if (s.testRulePriority >= s.rulePriority && s.testHeaderValue !== '') {
    yield `testRulePriority ${s.testRulePriority} must be a lower number than rulePriority ${s.rulePriority}: the test rule would never be reached`
  }
  if (s.functionWeight === 0 && s.existingWeight === 0) {
    yield 'functionWeight and existingWeight are both 0: nobody would answer'
  }
  if (s.timeoutSeconds >= s.idleTimeoutSeconds) {
    yield `timeoutSeconds ${s.timeoutSeconds} must be less than the load balancer's idleTimeoutSeconds ${s.idleTimeoutSeconds}`
  }
  if (isShorter(s.pathPatterns, 1)) yield 'pathPatterns is empty: give "/*" for all paths'
  const values = s.pathPatterns.length + s.hostHeaders.length + (s.testHeaderValue === '' ? 0 : 1)
  if (values > 5) {
    yield `pathPatterns, hostHeaders and the test header are ${values} values: a rule takes 5`
  }
  if ((s.subnetIds.length === 0) !== (s.securityGroupIds.length === 0)) {
    yield 'subnetIds and securityGroupIds belong together'
  }
}

/** Whether a list is known to be too short; a token's length shows in the deployment only. */
function isShorter(list: readonly string[], length: number): boolean {
  return !Token.isUnresolved(list) && list.length < length
}
