import { aws_cloudwatch as cloudwatch } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { ALIAS } from './function.js'
import type { Settings } from './props.js'

/** Where the metrics are: the final portions of the ARNs of load balancer and target group. */
export interface MetricSources {
  readonly loadBalancer: string
  readonly targetGroup: string
}

/**
 * Alarms for what this function does to clients, not for the rest of the load balancer: every metric is that of the
 * target group or of the alias.
 */
export function createAlarms(
  scope: Construct,
  settings: Settings,
  sources: MetricSources,
): readonly cloudwatch.CfnAlarm[] {
  const group = {
    namespace: 'AWS/ApplicationELB',
    dimensions: [
      { name: 'LoadBalancer', value: sources.loadBalancer },
      { name: 'TargetGroup', value: sources.targetGroup },
    ],
  }
  // What the load balancer invokes is the alias, and Lambda counts that apart.
  const alias = {
    namespace: 'AWS/Lambda',
    dimensions: [
      { name: 'FunctionName', value: settings.name },
      { name: 'Resource', value: `${settings.name}:${ALIAS}` },
    ],
  }
  const common = {
    comparisonOperator: 'GreaterThanOrEqualToThreshold',
    evaluationPeriods: settings.alarmEvaluationMinutes,
    // A metric without requests has no data points.
    treatMissingData: 'notBreaching',
    ...(settings.alarmTopicArn === ''
      ? {}
      : { alarmActions: [settings.alarmTopicArn], okActions: [settings.alarmTopicArn] }),
  }
  const countAlarm = (
    id: string,
    suffix: string,
    description: string,
    metric: typeof group,
    metricName: string,
    threshold: number,
  ): cloudwatch.CfnAlarm =>
    new cloudwatch.CfnAlarm(scope, id, {
      ...common,
      ...metric,
      alarmName: `${settings.name}-${suffix}`,
      alarmDescription: description,
      metricName,
      statistic: 'Sum',
      period: 60,
      threshold,
    })

  return [
    countAlarm(
      'Target5xxAlarm',
      'target-5xx',
      'The app answered with 5xx',
      group,
      'HTTPCode_Target_5XX_Count',
      settings.alarmTarget5xxCount,
    ),
    countAlarm(
      'LambdaUserErrorAlarm',
      'lambda-user-errors',
      'The load balancer answered in place of the function: error_reason in its access log says why',
      group,
      'LambdaUserError',
      settings.alarmLoadBalancerErrorCount,
    ),
    countAlarm(
      'LambdaInternalErrorAlarm',
      'lambda-internal-errors',
      'The load balancer could not reach Lambda: error_reason in its access log says why',
      group,
      'LambdaInternalError',
      settings.alarmLoadBalancerErrorCount,
    ),
    countAlarm(
      'FunctionErrorAlarm',
      'function-errors',
      'The function threw, crashed or ran out of time',
      alias,
      'Errors',
      settings.alarmFunctionErrorCount,
    ),
    countAlarm(
      'ThrottleAlarm',
      'throttles',
      'Lambda refused invocations for want of concurrency',
      alias,
      'Throttles',
      settings.alarmThrottleCount,
    ),
    new cloudwatch.CfnAlarm(scope, 'DurationAlarm', {
      ...common,
      alarmName: `${settings.name}-duration`,
      alarmDescription: 'The slowest hundredth of the invocations comes near the timeout',
      threshold: settings.alarmDurationPercent,
      metrics: [
        {
          id: 'percent',
          label: 'p99 of the duration in percent of the timeout',
          // Milliseconds against seconds.
          expression: `duration / (${settings.timeoutSeconds} * 10)`,
          returnData: true,
        },
        {
          id: 'duration',
          returnData: false,
          metricStat: { metric: { ...alias, metricName: 'Duration' }, period: 60, stat: 'p99' },
        },
      ],
    }),
  ]
}
