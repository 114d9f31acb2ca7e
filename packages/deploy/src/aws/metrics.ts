import {
  GetMetricDataCommand,
  type GetMetricDataCommandOutput,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch'
import { targetGroupDimension } from '../rule/arn.js'
import type { Groups, Rule } from '../rule/rule.js'
import type { Aws } from './clients.js'
import { MINUTE_MS, type Minute, startOfMinute } from './counts.js'
import { toOptions } from './rules.js'

export interface MetricSources {
  readonly rule: Rule
  readonly groups: Groups
  /** The ARN that is registered with the function's group; undefined where there is none. */
  readonly functionArn: string | undefined
}

/**
 * The counts of each minute from one time to another. Minutes for which CloudWatch has nothing are left out: it reports
 * nothing where there was no request.
 */
export async function readMetrics(
  aws: Aws,
  sources: MetricSources,
  from: number,
  to: number,
  signal?: AbortSignal,
): Promise<readonly Minute[]> {
  const queries = toQueries(sources)
  const minutes = new Map<number, Map<string, number>>()
  let token: string | undefined
  do {
    const page: GetMetricDataCommandOutput = await aws.cloudWatch.send(
      new GetMetricDataCommand({
        MetricDataQueries: queries,
        StartTime: new Date(startOfMinute(from)),
        EndTime: new Date(startOfMinute(to) + MINUTE_MS),
        ScanBy: 'TimestampAscending',
        ...(token === undefined ? {} : { NextToken: token }),
      }),
      toOptions(signal),
    )
    for (const result of page.MetricDataResults ?? []) {
      if (result.StatusCode === 'InternalError' || result.StatusCode === 'Forbidden') {
        throw new Error(
          `CloudWatch gives no ${result.Label ?? result.Id ?? ''}: ${result.StatusCode}`,
        )
      }
      for (const [index, time] of (result.Timestamps ?? []).entries()) {
        const at = startOfMinute(time.getTime())
        const values = minutes.get(at) ?? new Map<string, number>()
        const id = result.Id ?? ''
        values.set(id, (values.get(id) ?? 0) + (result.Values?.[index] ?? 0))
        minutes.set(at, values)
      }
    }
    token = page.NextToken
  } while (token !== undefined && token !== '')
  return [...minutes]
    .map(([at, values]) => ({ at, counts: toCounts(values) }))
    .toSorted((left, right) => left.at - right.at)
}

// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
const GROUP_METRICS = {
  requests: 'RequestCount',
  target5xx: 'HTTPCode_Target_5XX_Count',
  userErrors: 'LambdaUserError',
  internalErrors: 'LambdaInternalError',
} as const

// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
const LAMBDA_METRICS = {
  invocations: 'Invocations',
  errors: 'Errors',
  throttles: 'Throttles',
} as const

const LOAD_BALANCER_METRICS = {
  elb5xx: 'HTTPCode_ELB_5XX_Count',
  elb502: 'HTTPCode_ELB_502_Count',
} as const

type Dimensions = readonly { readonly Name: string; readonly Value: string }[]

function toQueries({ rule, groups, functionArn }: MetricSources): MetricDataQuery[] {
  const loadBalancer = { Name: 'LoadBalancer', Value: rule.loadBalancer }
  const groupDimensions = (arn: string): Dimensions => [
    loadBalancer,
    { Name: 'TargetGroup', Value: targetGroupDimension(arn) },
  ]
  const lambda = functionArn === undefined ? undefined : lambdaDimensions(functionArn)
  return [
    ...queriesOf('existing', 'AWS/ApplicationELB', groupDimensions(groups.existing), GROUP_METRICS),
    ...queriesOf('function', 'AWS/ApplicationELB', groupDimensions(groups.function), GROUP_METRICS),
    ...queriesOf('loadBalancer', 'AWS/ApplicationELB', [loadBalancer], LOAD_BALANCER_METRICS),
    ...(lambda === undefined ? [] : queriesOf('lambda', 'AWS/Lambda', lambda, LAMBDA_METRICS)),
  ]
}

function queriesOf(
  owner: string,
  namespace: string,
  dimensions: Dimensions,
  metrics: Readonly<Record<string, string>>,
): MetricDataQuery[] {
  return Object.entries(metrics).map(([name, metric]) => ({
    Id: `${owner}_${name}`,
    Label: metric,
    MetricStat: {
      Metric: { Namespace: namespace, MetricName: metric, Dimensions: [...dimensions] },
      Period: 60,
      Stat: 'Sum',
    },
    ReturnData: true,
  }))
}

/** Invocations through an alias or a version are counted with it. Undefined for what is no function. */
export function lambdaDimensions(functionArn: string): Dimensions | undefined {
  const match = /^arn:[^:]*:lambda:[^:]*:[^:]*:function:([^:]+)(?::(.+))?$/.exec(functionArn)
  const [, name, qualifier] = match ?? []
  if (name === undefined) return undefined
  const dimension = { Name: 'FunctionName', Value: name }
  return qualifier === undefined
    ? [dimension]
    : [dimension, { Name: 'Resource', Value: `${name}:${qualifier}` }]
}

function toCounts(values: ReadonlyMap<string, number>): Minute['counts'] {
  const value = (id: string): number => values.get(id) ?? 0
  const group = (owner: string): Minute['counts']['existing'] => ({
    requests: value(`${owner}_requests`),
    target5xx: value(`${owner}_target5xx`),
    userErrors: value(`${owner}_userErrors`),
    internalErrors: value(`${owner}_internalErrors`),
  })
  return {
    existing: group('existing'),
    function: group('function'),
    lambda: {
      invocations: value('lambda_invocations'),
      errors: value('lambda_errors'),
      throttles: value('lambda_throttles'),
    },
    loadBalancer: { elb5xx: value('loadBalancer_elb5xx'), elb502: value('loadBalancer_elb502') },
  }
}
