import {
  aws_elasticloadbalancingv2 as elbv2,
  aws_lambda as lambda,
  ArnFormat,
  Stack,
} from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import type { Settings } from './props.js'

/**
 * The target group with the alias in it, and the permission to invoke the alias.
 *
 * A load balancer refuses to register a function that it may not invoke, so the permission comes first. It names the
 * group, whose ARN ends in characters that AWS chooses when the group is made. The name before them is ours and unique
 * in account and Region, so the permission holds for this group alone all the same.
 */
export function createTargetGroup(
  scope: Construct,
  settings: Settings,
  alias: lambda.Alias,
): elbv2.CfnTargetGroup {
  const stack = Stack.of(scope)
  const permission = new lambda.CfnPermission(scope, 'Permission', {
    action: 'lambda:InvokeFunction',
    functionName: alias.functionArn,
    principal: 'elasticloadbalancing.amazonaws.com',
    sourceAccount: stack.account,
    sourceArn: stack.formatArn({
      service: 'elasticloadbalancing',
      resource: 'targetgroup',
      resourceName: `${settings.name}/*`,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    }),
  })
  const targetGroup = new elbv2.CfnTargetGroup(scope, 'TargetGroup', {
    name: settings.name,
    targetType: 'lambda',
    targets: [{ id: alias.functionArn }],
    targetGroupAttributes: [
      { key: 'lambda.multi_value_headers.enabled', value: String(settings.multiValueHeaders) },
    ],
    healthCheckEnabled: settings.healthCheck,
    ...(settings.healthCheck
      ? {
          healthCheckPath: settings.healthCheckPath,
          healthCheckIntervalSeconds: 35,
          healthCheckTimeoutSeconds: 30,
          matcher: { httpCode: '200' },
        }
      : {}),
  })
  targetGroup.addResourceDependency(permission)
  return targetGroup
}
