import { BundledFunction } from '../bundle/bundled-function.js'
import type { Settings } from '../options.js'
import type { TargetDefinition, TargetGroupDefinition } from '../rules/definition.js'
import { createInstanceTarget } from './instance-target.js'
import type { LambdaFunction } from './lambda-function.js'
import { createLambdaTarget } from './lambda-target.js'
import type { Target } from './target.js'

/** One target of a group, as the group uses it. */
export interface RegisteredTarget {
  readonly target: Target
  /** The function behind it, for health checks; not there for a server. */
  readonly function?: LambdaFunction
  /** The same target with its events in this form whatever the group says; for replays. */
  inMode(mode: 'single' | 'multi'): Target
}

/** Makes what stands in a target group. */
export function createTarget(
  definition: TargetDefinition,
  group: TargetGroupDefinition,
  settings: Settings,
): RegisteredTarget {
  if ('kind' in definition && definition.kind === 'instance') {
    const target = createInstanceTarget(definition.url, settings)
    return { target, inMode: () => target }
  }
  const fn = 'invoke' in definition ? definition : new BundledFunction(definition)
  const single = createLambdaTarget(fn, { arn: group.arn, multiValueHeaders: false }, settings)
  const multi = createLambdaTarget(fn, { arn: group.arn, multiValueHeaders: true }, settings)
  return {
    target: group.multiValueHeaders ? multi : single,
    function: fn,
    inMode: (mode) => (mode === 'multi' ? multi : single),
  }
}
