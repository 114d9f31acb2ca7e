import { type Account, EXISTING, FUNCTION, FUNCTION_ARN, ruleOf, tuplesOf } from './account.js'
import type { Failure } from './elb.js'
import type { Call } from './call.js'

export function answerCloudWatch(
  account: Account,
  { action, parameters }: Call,
  now: number,
): object {
  if (action === 'DescribeAlarms') return describeAlarms(account, parameters)
  if (action === 'GetMetricData') return getMetricData(account, parameters, now)
  return { kind: 'failure', status: 400, code: 'InvalidAction' } satisfies Failure
}

function describeAlarms({ alarms }: Account, parameters: Call['parameters']): object {
  const names = parameters['AlarmNames'] as string[] | undefined
  const prefix = parameters['AlarmNamePrefix'] as string | undefined
  const types = (parameters['AlarmTypes'] as string[] | undefined) ?? ['MetricAlarm']
  const found = alarms.filter(({ name }) =>
    names === undefined ? name.startsWith(prefix ?? '') : names.includes(name),
  )
  const toAlarm = ({ name, state }: Account['alarms'][number]): object => ({
    AlarmName: name,
    StateValue: state,
    StateReason: `${name} is ${state}`,
  })
  return {
    MetricAlarms: types.includes('MetricAlarm')
      ? found.filter(({ composite }) => composite !== true).map(toAlarm)
      : [],
    CompositeAlarms: types.includes('CompositeAlarm')
      ? found.filter(({ composite }) => composite === true).map(toAlarm)
      : [],
  }
}

interface Query {
  readonly Id: string
  readonly MetricStat: {
    readonly Metric: {
      readonly Namespace: string
      readonly MetricName: string
      readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[]
    }
    readonly Period: number
    readonly Stat: string
  }
}

const MINUTE_SECONDS = 60

function getMetricData(account: Account, parameters: Call['parameters'], now: number): object {
  const start = Number(parameters['StartTime'])
  const end = Math.min(Number(parameters['EndTime']), now / 1_000)
  const times: number[] = []
  const first = Math.ceil(start / MINUTE_SECONDS) * MINUTE_SECONDS
  for (let time = first; time < end; time += MINUTE_SECONDS) times.push(time)
  const queries = parameters['MetricDataQueries'] as Query[]
  return {
    MetricDataResults: queries.map((query) => {
      const value = valueOf(account, query)
      return {
        Id: query.Id,
        Label: query.MetricStat.Metric.MetricName,
        // CloudWatch has nothing where nothing happened.
        Timestamps: value === undefined || value === 0 ? [] : times,
        Values: value === undefined || value === 0 ? [] : times.map(() => value),
        StatusCode: 'Complete',
      }
    }),
  }
}

function valueOf(account: Account, { MetricStat }: Query): number | undefined {
  const { Metric, Period, Stat } = MetricStat
  if (Period !== MINUTE_SECONDS || Stat !== 'Sum') throw new Error('only sums of minutes')
  const dimensions = Metric.Dimensions.map(({ Name, Value }) => `${Name}=${Value}`)
    .toSorted()
    .join()
  const { perMinute } = account
  const isServing = account.rules.some(({ RuleArn }) => {
    const tuples = tuplesOf(ruleOf(account, RuleArn).Actions)
    return tuples.some(({ TargetGroupArn, Weight }) => TargetGroupArn === FUNCTION && Weight > 0)
  })
  const loadBalancer = 'LoadBalancer=app/shop/50dc6c495c0c9188'
  const groupOf = (arn: string): string => `${loadBalancer},TargetGroup=${arn.split(':')[5] ?? ''}`
  const [, name = ''] = /function:(.+):live$/.exec(FUNCTION_ARN) ?? []
  const metrics: Record<string, Record<string, number>> = {
    [groupOf(EXISTING)]: {
      RequestCount: perMinute.existingRequests,
      HTTPCode_Target_5XX_Count: perMinute.existing5xx,
    },
    [groupOf(FUNCTION)]: isServing
      ? {
          RequestCount: perMinute.requests,
          HTTPCode_Target_5XX_Count: perMinute.target5xx,
          LambdaUserError: perMinute.userErrors,
          LambdaInternalError: perMinute.internalErrors,
        }
      : {},
    [loadBalancer]: {
      HTTPCode_ELB_5XX_Count: perMinute.elb5xx,
      HTTPCode_ELB_502_Count: perMinute.elb5xx,
    },
    [`FunctionName=${name},Resource=${name}:live`]: isServing
      ? {
          Invocations: perMinute.invocations,
          Errors: perMinute.errors,
          Throttles: perMinute.throttles,
        }
      : {},
  }
  return metrics[dimensions]?.[Metric.MetricName]
}
