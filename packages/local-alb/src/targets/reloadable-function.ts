import type {
  InitialisationError,
  InvokeOutcome,
  InvokeRequest,
  LambdaFunction,
} from './lambda-function.js'

/** A function whose code can be replaced while it runs, as a deployment replaces it: what is under way ends on the old. */
export class ReloadableFunction implements LambdaFunction {
  #current: LambdaFunction
  readonly #underWay = new Map<LambdaFunction, number>()

  constructor(first: LambdaFunction) {
    this.#current = first
  }

  get label(): string {
    return this.#current.label
  }

  async initialise(): Promise<InitialisationError | undefined> {
    return this.#current.initialise?.()
  }

  async invoke(request: InvokeRequest): Promise<InvokeOutcome> {
    const version = this.#current
    this.#underWay.set(version, (this.#underWay.get(version) ?? 0) + 1)
    try {
      return await version.invoke(request)
    } finally {
      const left = (this.#underWay.get(version) ?? 1) - 1
      this.#underWay.set(version, left)
      if (left === 0) await this.#retire(version)
    }
  }

  /** From now on invocations go to `next`; the old version ends once the last of its own is over. */
  async replace(next: LambdaFunction): Promise<void> {
    const old = this.#current
    this.#current = next
    await this.#retire(old)
  }

  async close(): Promise<void> {
    await Promise.all([this.#current, ...this.#underWay.keys()].map((version) => version.close()))
  }

  async #retire(version: LambdaFunction): Promise<void> {
    if (version === this.#current || (this.#underWay.get(version) ?? 0) > 0) return
    this.#underWay.delete(version)
    await version.close()
  }
}
