import { aws_elasticloadbalancingv2 as elbv2 } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import type { Settings } from './props.js'

export interface Rules {
  /** Shares the traffic. */
  readonly rule: elbv2.CfnListenerRule
  /** Sends what carries the test header to the function. */
  readonly testRule: elbv2.CfnListenerRule | undefined
}

export function createRules(
  scope: Construct,
  settings: Settings,
  listenerArn: string,
  targetGroupArn: string,
): Rules {
  const conditions = toConditions(settings)
  const rule = new elbv2.CfnListenerRule(scope, 'Rule', {
    listenerArn,
    priority: settings.rulePriority,
    conditions,
    actions: [{ type: 'forward', forwardConfig: toForwardConfig(settings, targetGroupArn) }],
  })
  if (settings.testHeaderValue === '') return { rule, testRule: undefined }
  const testRule = new elbv2.CfnListenerRule(scope, 'TestRule', {
    listenerArn,
    priority: settings.testRulePriority,
    conditions: [
      {
        field: 'http-header',
        httpHeaderConfig: {
          httpHeaderName: settings.testHeaderName,
          values: [settings.testHeaderValue],
        },
      },
      ...conditions,
    ],
    actions: [{ type: 'forward', targetGroupArn }],
  })
  return { rule, testRule }
}

function toConditions(settings: Settings): elbv2.CfnListenerRule.RuleConditionProperty[] {
  const paths = {
    field: 'path-pattern',
    pathPatternConfig: { values: [...settings.pathPatterns] },
  }
  const hosts = {
    field: 'host-header',
    hostHeaderConfig: { values: [...settings.hostHeaders] },
  }
  return settings.hostHeaders.length === 0 ? [paths] : [paths, hosts]
}

function toForwardConfig(
  settings: Settings,
  targetGroupArn: string,
): elbv2.CfnListenerRule.ForwardConfigProperty {
  const existing = settings.existingTargetGroupArn
  return {
    targetGroups:
      existing === ''
        ? [{ targetGroupArn, weight: 1 }]
        : [
            { targetGroupArn: existing, weight: settings.existingWeight },
            { targetGroupArn, weight: settings.functionWeight },
          ],
    ...(settings.stickinessSeconds === 0
      ? {}
      : {
          targetGroupStickinessConfig: {
            enabled: true,
            durationSeconds: settings.stickinessSeconds,
          },
        }),
  }
}
