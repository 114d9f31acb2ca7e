import { randomUUID } from 'node:crypto'
import { basename, extname } from 'node:path'
import type { FunctionTargetDefinition } from '../rules/definition.js'
import { createFunction } from '../runtime-api/function.js'
import type { FunctionOptions } from '../runtime-api/options.js'
import type {
  InitialisationError,
  InvokeOutcome,
  InvokeRequest,
  LambdaFunction,
} from '../targets/lambda-function.js'
import { ReloadableFunction } from '../targets/reloadable-function.js'
import { findExportedNames } from './exported-names.js'
import { bundleFunction, type FunctionBundle, type WatchEvents } from './function-bundle.js'

export interface BundledFunctionOptions {
  /** Build again and replace the function whenever a source changes; told of each success and failure. */
  readonly watch?: WatchEvents
  /** For the execution environments, beside what the definition says. */
  readonly environments?: Omit<FunctionOptions, keyof FunctionTargetDefinition>
}

/** A function in execution environments of its own, bundled first where it has to be. */
export class BundledFunction implements LambdaFunction {
  readonly label: string
  readonly #definition: FunctionTargetDefinition
  readonly #options: BundledFunctionOptions
  /** Fulfils once it is built, or known why not. */
  readonly #started: Promise<void>
  #bundle: FunctionBundle | undefined
  #function: ReloadableFunction | undefined
  /** Why there is no function. */
  #problem: unknown

  constructor(definition: FunctionTargetDefinition, options: BundledFunctionOptions = {}) {
    this.label = definition.file
    this.#definition = definition
    this.#options = options
    this.#started = this.#start()
  }

  async initialise(): Promise<InitialisationError | undefined> {
    await this.#started
    if (this.#function === undefined) return toInitialisationError(this.#problem)
    const error = await this.#function.initialise()
    if (error?.errorType !== 'Runtime.HandlerNotFound') return error
    return { ...error, errorMessage: `${error.errorMessage}. ${await this.#describeExports()}` }
  }

  async invoke(request: InvokeRequest): Promise<InvokeOutcome> {
    await this.#started
    return this.#function?.invoke(request) ?? notBuilt(this.#problem)
  }

  async close(): Promise<void> {
    await this.#started
    await Promise.all([this.#function?.close(), this.#bundle?.close()])
  }

  async #start(): Promise<void> {
    const { watch } = this.#options
    try {
      this.#bundle = await bundleFunction(
        this.#definition.file,
        watch && {
          onFailure: watch.onFailure,
          onRebuild: () => {
            void this.#replace(watch)
          },
        },
      )
      if (this.#bundle.problem !== undefined) throw this.#bundle.problem
      this.#function = new ReloadableFunction(this.#deploy())
    } catch (error) {
      this.#problem = error
    }
  }

  async #replace(watch: WatchEvents): Promise<void> {
    await this.#started
    try {
      const next = this.#deploy()
      if (this.#function === undefined) this.#function = new ReloadableFunction(next)
      else await this.#function.replace(next)
      watch.onRebuild()
    } catch (error) {
      watch.onFailure(error instanceof Error ? error : new Error(String(error)))
    }
  }

  /** What there is in the place of a handler that was not found. */
  async #describeExports(): Promise<string> {
    const names = await findExportedNames(this.#bundle?.file ?? this.#definition.file)
    if (names === undefined) return 'What it exports is not known.'
    if (names.length === 0) return 'The file exports nothing.'
    const list = names.map(([name, type]) => `${name} (${type})`).join(', ')
    return `The file exports ${list}. Export the handler by its name, or choose another one.`
  }

  #deploy(): LambdaFunction {
    const { kind: _kind, ...definition } = this.#definition
    const { environments } = this.#options
    if (this.#bundle?.isBundled !== true) {
      const file = this.#bundle?.file ?? definition.file
      return createFunction({ ...environments, ...definition, file })
    }
    return createFunction({
      functionName: toFunctionName(definition.file),
      ...environments,
      ...definition,
      env: withSourceMaps(definition.env ?? {}),
      file: this.#bundle.file,
    })
  }
}

/** The bundle has a name that all bundles have. */
function toFunctionName(file: string): string {
  const name = basename(file, extname(file)).replaceAll(/[^\w-]/g, '-')
  return name.slice(0, 64)
}

/** Errors name the lines of the sources: nobody reads a bundle. */
function withSourceMaps(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const options = [env['NODE_OPTIONS'], '--enable-source-maps'].filter(Boolean)
  return { ...env, NODE_OPTIONS: options.join(' ') }
}

function notBuilt(error: unknown): InvokeOutcome {
  return {
    kind: 'function-error',
    ...toInitialisationError(error),
    invocation: { requestId: randomUUID(), coldStart: false, durationMs: 0, logs: [] },
  }
}

function toInitialisationError(error: unknown): { errorType: string; errorMessage: string } {
  return error instanceof Error
    ? { errorType: error.name, errorMessage: error.message }
    : { errorType: 'Error', errorMessage: String(error) }
}
