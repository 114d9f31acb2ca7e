import { RefusedError } from '../message.js'
import type { Settings } from '../options.js'
import type { TargetDefinition, TargetGroupDefinition } from '../rules/definition.js'
import { createTarget, type RegisteredTarget } from './create-target.js'
import { HealthChecks, type TargetHealth, UNAVAILABLE } from './health-checks.js'
import { functionProbe, type Probe, serverProbe } from './health-probe.js'
import type { Target } from './target.js'

/** A target with its health. */
export interface TargetState extends TargetHealth {
  /** The target's label. */
  readonly target: string
}

interface Member {
  readonly registered: RegisteredTarget
  /** Not there when the group has no health checks. */
  readonly checks: HealthChecks | undefined
}

/** A target group: its targets in turn, those that are unhealthy left out (AWS: "Target groups for your ALB"). */
export class TargetGroup {
  readonly arn: string
  readonly name: string
  readonly type: TargetGroupDefinition['type']
  readonly #members: readonly Member[]
  #turn = 0

  /**
   * @param onChange told when a target becomes healthy or unhealthy
   * @throws {TypeError} when a target makes no sense
   */
  constructor(
    definition: TargetGroupDefinition,
    settings: Settings,
    onChange: (state: TargetState) => void = () => {},
  ) {
    this.arn = definition.arn
    this.name = definition.name
    this.type = definition.type
    const { healthCheck } = definition
    this.#members = definition.targets.map((described) => {
      const registered = createTarget(described, definition, settings)
      const target = registered.target.label
      const probe = healthCheck && toProbe(described, registered, definition, settings)
      const checks =
        probe &&
        new HealthChecks(probe, healthCheck, (health) => {
          onChange({ ...health, target })
        })
      return { registered, checks }
    })
  }

  get targets(): readonly Target[] {
    return this.#members.map(({ registered }) => registered.target)
  }

  /**
   * The target for the next request: round robin among those that are healthy or not checked. When there are none, among
   * all of them: the load balancer fails open, here also while the first checks are under way.
   *
   * @param mode the form of the event, for a function; by default as the group says
   * @throws {RefusedError} 503 when no target is registered
   */
  pick(mode?: 'single' | 'multi'): Target {
    const usable = this.#members.filter(
      ({ checks }) => !checks || checks.health.state === 'healthy',
    )
    const candidates = usable.length > 0 ? usable : this.#members
    const member = candidates[this.#turn++ % candidates.length]
    if (!member) {
      throw new RefusedError({
        status: 503,
        explanation: `no target is registered with the target group "${this.name}"; name one under "targets" in the configuration`,
      })
    }
    return mode ? member.registered.inMode(mode) : member.registered.target
  }

  /** The targets with their health, in order. */
  states(): readonly TargetState[] {
    return this.#members.map(({ registered, checks }) => ({
      ...(checks?.health ?? UNAVAILABLE),
      target: registered.target.label,
    }))
  }

  /** Starts the health checks; requests can be sent without. */
  start(): void {
    for (const { checks } of this.#members) checks?.start()
  }

  /** Stops the health checks and closes the targets. Safe to call twice. */
  async close(): Promise<void> {
    for (const { checks } of this.#members) checks?.stop()
    await Promise.all(this.targets.map((target) => target.close()))
  }
}

function toProbe(
  described: TargetDefinition,
  { function: fn }: RegisteredTarget,
  group: TargetGroupDefinition,
  settings: Settings,
): Probe | undefined {
  const { healthCheck } = group
  if (!healthCheck) return undefined
  if (fn) return functionProbe(fn, group, healthCheck, settings)
  return 'kind' in described && described.kind === 'instance'
    ? serverProbe(described.url, healthCheck)
    : undefined
}
