import { relative } from 'node:path'
import type { LambdaFunction } from '../targets/lambda-function.js'
import { toFunctionSettings, type FunctionOptions } from './options.js'
import { EnvironmentPool } from './pool.js'
import { findRuntimeClient } from './runtime-client.js'

export type { FunctionOptions }

/**
 * A Lambda function in execution environments of its own, each a process behind a real Lambda Runtime API. They start
 * on demand, take one invocation at a time, and are used again, the one used last first. When the concurrency limit is
 * reached and none is free, an invocation is throttled at once, as Lambda does.
 *
 * One departure from Lambda: a function that fails to initialise is not started a second time within the same
 * invocation (unless it took too long), since it would fail and log the same again. The next invocation starts afresh.
 *
 * @throws {TypeError} for an option that cannot be, a file that Lambda would not load, or a runtime client that is not
 *   installed
 */
export function createFunction(options: FunctionOptions): LambdaFunction {
  const settings = toFunctionSettings(options)
  const pool = new EnvironmentPool({ settings, client: findRuntimeClient(settings) })
  return {
    label: relative(process.cwd(), settings.file),
    initialise: async () => pool.initialise(),
    invoke: async (request) => pool.invoke(request),
    close: async () => pool.close(),
  }
}
