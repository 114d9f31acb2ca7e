import type { HealthCheckDefinition } from '../rules/definition.js'
import type { Probe, ProbeResult } from './health-probe.js'

/** What `aws elbv2 describe-target-health` says of a target, with its words. */
export interface TargetHealth {
  readonly state: 'initial' | 'healthy' | 'unhealthy' | 'unavailable'
  /** Such as `Target.ResponseCodeMismatch`; not there for a healthy target. */
  readonly reason?: string
  readonly description?: string
}

/** Health checks are disabled: the target gets requests as if it were healthy. */
export const UNAVAILABLE: TargetHealth = {
  state: 'unavailable',
  reason: 'Target.HealthCheckDisabled',
  description: 'Health checks are disabled',
}

const INITIAL: TargetHealth = {
  state: 'initial',
  reason: 'Elb.InitialHealthChecking',
  description: 'Initial health checks in progress',
}

/**
 * Checks the health of one target over and over (AWS: "Health checks for Application Load Balancer target groups"). The
 * first check is made at once, and one success makes a new target healthy; after that it takes as many in a row as the
 * thresholds say. A check that takes long does not put off the next one, which is left out while it is under way.
 *
 * Its timer keeps no process alive.
 */
export class HealthChecks {
  readonly #probe: Probe
  readonly #definition: HealthCheckDefinition
  readonly #onChange: (health: TargetHealth) => void
  #health = INITIAL
  #successes = 0
  #failures = 0
  #timer: NodeJS.Timeout | undefined
  #isChecking = false

  constructor(
    probe: Probe,
    definition: HealthCheckDefinition,
    onChange: (health: TargetHealth) => void = () => {},
  ) {
    this.#probe = probe
    this.#definition = definition
    this.#onChange = onChange
  }

  get health(): TargetHealth {
    return this.#health
  }

  /** Does nothing when they run already. */
  start(): void {
    if (this.#timer) return
    const check = (): void => void this.#check()
    this.#timer = setInterval(check, this.#definition.intervalSeconds * 1000).unref()
    check()
  }

  /** What is under way does not count any more. */
  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  async #check(): Promise<void> {
    if (this.#isChecking) return
    const timer = this.#timer
    this.#isChecking = true
    const result = await this.#probe()
    this.#isChecking = false
    if (timer === this.#timer && timer !== undefined) this.#take(result)
  }

  #take(result: ProbeResult): void {
    const { state } = this.#health
    if (result.isHealthy) {
      this.#failures = 0
      this.#successes++
      const needed = state === 'initial' ? 1 : this.#definition.healthyThreshold
      if (state !== 'healthy' && this.#successes >= needed) this.#change({ state: 'healthy' })
    } else {
      this.#successes = 0
      this.#failures++
      if (this.#failures < this.#definition.unhealthyThreshold) return
      const { reason, description } = result
      const isNew = state !== 'unhealthy'
      this.#health = { state: 'unhealthy', reason, description }
      if (isNew) this.#onChange(this.#health)
    }
  }

  #change(health: TargetHealth): void {
    this.#health = health
    this.#onChange(health)
  }
}
