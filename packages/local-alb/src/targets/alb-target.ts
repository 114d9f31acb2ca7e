import { inspect } from 'node:util'
import type { Settings } from '../options.js'
import type {
  LoadBalancerDefinition,
  TargetDefinition,
  TargetGroupDefinition,
} from '../rules/definition.js'
import { createInProcessFunction, type Handler } from './in-process.js'
import type { LambdaFunction } from './lambda-function.js'

/** What may stand behind a load balancer; see `createAlb`. */
export type AlbTarget = Handler | string | LambdaFunction | LoadBalancerDefinition

/** The ARN of the one target group that a load balancer has when none is described. */
export const DEFAULT_GROUP_ARN: string =
  'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/local/0123456789abcdef'

/**
 * A load balancer with that target behind its default rule, or the one that is described already.
 *
 * @throws {TypeError} for what is none of them
 */
export function toDefinition(
  target: AlbTarget,
  { multiValueHeaders }: Pick<Settings, 'multiValueHeaders'>,
): LoadBalancerDefinition {
  if (isObject(target) && 'rules' in target) return target
  return withOneTarget(toTarget(target), { name: 'local', multiValueHeaders })
}

/** A load balancer whose one rule forwards to one target group with one target. */
export function withOneTarget(
  target: TargetDefinition,
  group: Pick<TargetGroupDefinition, 'name' | 'multiValueHeaders' | 'healthCheck'>,
): LoadBalancerDefinition {
  return {
    rules: [
      {
        priority: 'default',
        conditions: [],
        action: { type: 'forward', targetGroups: [{ arn: DEFAULT_GROUP_ARN, weight: 1 }] },
      },
    ],
    targetGroups: [
      {
        ...group,
        arn: DEFAULT_GROUP_ARN,
        type: 'kind' in target && target.kind === 'instance' ? 'instance' : 'lambda',
        targets: [target],
      },
    ],
  }
}

function toTarget(target: Handler | string | LambdaFunction): TargetDefinition {
  if (typeof target === 'function') return createInProcessFunction(target)
  if (typeof target === 'string') {
    return /^https?:\/\//i.test(target)
      ? { kind: 'instance', url: target }
      : { kind: 'lambda', file: target }
  }
  if (isObject(target) && typeof target.invoke === 'function') return target
  throw new TypeError(
    `The target is ${inspect(target)}; give a handler function, a file such as "dist/lambda.mjs", a URL such as ` +
      '"http://127.0.0.1:3000", a function from createFunction(), or a load balancer with rules and target groups',
  )
}

/** From JavaScript `null` may come as well. */
function isObject<Value>(value: Value): value is Value & object {
  return typeof value === 'object' && value !== null
}
