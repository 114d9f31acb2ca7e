/** What a small AWS account holds: one listener with its rules, two target groups, a function, alarms and counts. */

const PREFIX = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012'
const LOAD_BALANCER = 'app/shop/50dc6c495c0c9188'

export const LISTENER = `${PREFIX}:listener/${LOAD_BALANCER}/f2f7dc8efc522ab2`
export const RULE = `${PREFIX}:listener-rule/${LOAD_BALANCER}/f2f7dc8efc522ab2/9683b2d02a6cabee`
export const DEFAULT_RULE = `${PREFIX}:listener-rule/${LOAD_BALANCER}/f2f7dc8efc522ab2/0a1b2c3d4e5f6071`
export const EXISTING = `${PREFIX}:targetgroup/shop-ec2/6d0ecf831eec9f09`
export const FUNCTION = `${PREFIX}:targetgroup/shop/73e2d6bc24d8a067`
export const THIRD = `${PREFIX}:targetgroup/shop-old/1c0ecf831eec9f55`
export const FUNCTION_ARN = 'arn:aws:lambda:eu-west-1:123456789012:function:shop:live'

export interface Tuple {
  TargetGroupArn: string
  Weight: number
}

export interface AccountRule {
  RuleArn: string
  Priority: string
  IsDefault: boolean
  Conditions: object[]
  Actions: Record<string, unknown>[]
}

/** Counts of each minute; those of the function's group only while it gets requests. */
export interface PerMinute {
  existingRequests: number
  existing5xx: number
  requests: number
  target5xx: number
  userErrors: number
  internalErrors: number
  invocations: number
  errors: number
  throttles: number
  elb5xx: number
}

export interface Account {
  readonly rules: AccountRule[]
  readonly types: Record<string, string>
  /** The state of each target by its group's ARN. */
  readonly targets: Record<string, { id: string; state: string }[]>
  readonly alarms: { name: string; state: string; composite?: boolean }[]
  readonly perMinute: PerMinute
}

export function createAccount(existing = 100, own = 0): Account {
  return {
    rules: [
      {
        RuleArn: RULE,
        Priority: '40000',
        IsDefault: false,
        Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/*'] } }],
        Actions: [forward(existing, own)],
      },
      {
        RuleArn: DEFAULT_RULE,
        Priority: 'default',
        IsDefault: true,
        Conditions: [],
        Actions: [forward(existing, own)],
      },
    ],
    types: { [EXISTING]: 'instance', [FUNCTION]: 'lambda', [THIRD]: 'instance' },
    targets: {
      [EXISTING]: [
        { id: 'i-1', state: 'healthy' },
        { id: 'i-2', state: 'healthy' },
      ],
      [FUNCTION]: [{ id: FUNCTION_ARN, state: 'unavailable' }],
      [THIRD]: [],
    },
    alarms: [
      { name: 'shop-target-5xx', state: 'OK' },
      { name: 'shop-function-errors', state: 'INSUFFICIENT_DATA' },
      { name: 'shop-all', state: 'OK', composite: true },
    ],
    perMinute: {
      existingRequests: 900,
      existing5xx: 0,
      requests: 100,
      target5xx: 0,
      userErrors: 0,
      internalErrors: 0,
      invocations: 100,
      errors: 0,
      throttles: 0,
      elb5xx: 0,
    },
  }
}

export function forward(existing: number, own: number): Record<string, unknown> {
  return {
    Type: 'forward',
    ForwardConfig: {
      TargetGroups: [
        { TargetGroupArn: EXISTING, Weight: existing },
        { TargetGroupArn: FUNCTION, Weight: own },
      ],
      TargetGroupStickinessConfig: { Enabled: false },
    },
  }
}

export function ruleOf(account: Account, arn: string = RULE): AccountRule {
  const rule = account.rules.find(({ RuleArn }) => RuleArn === arn)
  if (rule === undefined) throw new Error(`no rule ${arn}`)
  return rule
}

export function tuplesOf(actions: readonly Record<string, unknown>[]): Tuple[] {
  const config = actions.find(({ Type }) => Type === 'forward')?.['ForwardConfig'] as
    { TargetGroups: Tuple[] } | undefined
  return config?.TargetGroups ?? []
}

/** As `existing/function`, such as `90/10`. */
export function weightsOf(actions: readonly Record<string, unknown>[]): string {
  const weight = (arn: string): number | undefined =>
    tuplesOf(actions).find(({ TargetGroupArn }) => TargetGroupArn === arn)?.Weight
  return `${String(weight(EXISTING))}/${String(weight(FUNCTION))}`
}
