import type { Account, AccountRule } from './account.js'
import type { Call } from './call.js'

export interface Failure {
  readonly kind: 'failure'
  readonly status: number
  readonly code: string
}

export function isFailure(result: object): result is Failure {
  return 'kind' in result && result.kind === 'failure'
}

const failure = (code: string): Failure => ({ kind: 'failure', status: 400, code })

/** The listener's rules come in pages of so many. */
const PAGE = 1

export function answerElb(account: Account, { action, parameters }: Call): object {
  switch (action) {
    case 'DescribeRules':
      return describeRules(account, parameters)
    case 'DescribeTargetGroups': {
      const arns = parameters['TargetGroupArns'] as string[]
      return {
        TargetGroups: arns.map((arn) => ({
          TargetGroupArn: arn,
          TargetType: account.types[arn],
        })),
      }
    }
    case 'DescribeTargetHealth': {
      const targets = account.targets[String(parameters['TargetGroupArn'])]
      if (targets === undefined) return failure('TargetGroupNotFound')
      return {
        TargetHealthDescriptions: targets.map(({ id, state }) => ({
          Target: { Id: id },
          TargetHealth: { State: state },
        })),
      }
    }
    case 'ModifyRule':
      return modifyRule(account, parameters)
    case 'ModifyListener':
      return modifyListener(account, parameters)
    default:
      return failure('InvalidAction')
  }
}

function describeRules(account: Account, parameters: Call['parameters']): object {
  const arns = parameters['RuleArns'] as string[] | undefined
  if (arns !== undefined) {
    const rules = account.rules.filter(({ RuleArn }) => arns.includes(RuleArn))
    return rules.length === arns.length ? { Rules: rules.map(described) } : failure('RuleNotFound')
  }
  const start = Number(parameters['Marker'] ?? 0)
  const end = start + PAGE
  return {
    Rules: account.rules.slice(start, end).map(described),
    ...(end < account.rules.length ? { NextMarker: String(end) } : {}),
  }
}

/** AWS tells no client's secret, and not whether the one before is kept. */
function described(rule: AccountRule): object {
  const Actions = rule.Actions.map((action) => {
    const oidc = action['AuthenticateOidcConfig'] as Record<string, unknown> | undefined
    if (oidc === undefined) return action
    const { ClientSecret: _secret, UseExistingClientSecret: _use, ...config } = oidc
    return { ...action, AuthenticateOidcConfig: config }
  })
  return { ...rule, Actions }
}

function modifyRule(account: Account, parameters: Call['parameters']): object {
  const rule = account.rules.find(({ RuleArn }) => RuleArn === parameters['RuleArn'])
  if (rule === undefined) return failure('RuleNotFound')
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyRule.html
  if (rule.IsDefault) return failure('OperationNotPermitted')
  const refused = modifyActions(rule, parameters['Actions'])
  if (refused !== undefined) return refused
  if (parameters['Conditions'] !== undefined) rule.Conditions = parameters['Conditions'] as object[]
  return { Rules: [described(rule)] }
}

function modifyListener(account: Account, parameters: Call['parameters']): object {
  const rule = account.rules.find(({ IsDefault }) => IsDefault)
  if (rule === undefined) return failure('ListenerNotFound')
  const refused = modifyActions(rule, parameters['DefaultActions'])
  if (refused !== undefined) return refused
  return {
    Listeners: [{ ListenerArn: parameters['ListenerArn'], DefaultActions: rule.Actions }],
  }
}

function modifyActions(rule: AccountRule, actions: unknown): Failure | undefined {
  const given = actions as AccountRule['Actions']
  for (const action of given) {
    const oidc = action['AuthenticateOidcConfig'] as Record<string, unknown> | undefined
    if (oidc !== undefined && oidc['UseExistingClientSecret'] !== true) {
      return failure('InvalidConfigurationRequest')
    }
  }
  rule.Actions = given
  return undefined
}
