import { basename, dirname, extname, resolve } from 'node:path'
import type { LogLine } from '../targets/lambda-function.js'
import type { FunctionError } from './function-error.js'
import { toModuleName } from './handler-file.js'

/** How a function is run in execution environments of its own. */
export interface FunctionOptions {
  /** The built JavaScript: a `.mjs`, `.cjs` or `.js` file. */
  readonly file: string
  /** The handler's export; dots lead into objects (`api.handler`). Default `handler`. */
  readonly handler?: string | undefined
  /**
   * The folder that would be deployed: the working directory and `LAMBDA_TASK_ROOT`. The file is in it or below it.
   * Default: the file's folder.
   */
  readonly taskRoot?: string | undefined
  /**
   * Seconds until an invocation is ended, up to 900. AWS takes whole seconds and has 3 as its default.
   *
   * Default: `30`, since an ALB waits longer than 3 and a debugger needs time.
   */
  readonly timeoutSeconds?: number | undefined
  /**
   * Seconds that a function has to initialise (load its modules), at least 0.001. Past that it is started once more as
   * part of the invocation, in the invocation's time. AWS gives 10 and does not let it be changed. Default `10`.
   */
  readonly initTimeoutSeconds?: number | undefined
  /**
   * Memory in MB, 128 to 10,240. As in Lambda it sets V8's heap limits; on Linux an environment whose resident memory
   * is seen above it is killed (other systems have the heap limits only). AWS has 128 as its default.
   *
   * Default: `1024`, which leaves room for source maps and development builds.
   */
  readonly memoryMb?: number | undefined
  /** How many environments may run at once, 1 to 1000; further invocations are throttled. Default `10`. */
  readonly concurrency?: number | undefined
  /** Seconds after which an idle environment is ended; AWS gives no number. Default `300`. */
  readonly idleSeconds?: number | undefined
  /**
   * Whether an environment stands still between invocations, as in Lambda: its processes are stopped (SIGSTOP) once the
   * runtime has asked for the next event, and go on with it. Not on Windows. Default `true`.
   */
  readonly freeze?: boolean | undefined
  /** The function's environment variables. Nothing else is inherited but what the docs list. Default: none. */
  readonly env?: Readonly<Record<string, string>> | undefined
  /**
   * Whether the AWS credentials and profile of this process (`AWS_ACCESS_KEY_ID`, `AWS_PROFILE`…) reach the function,
   * in place of the role it has in AWS. Default `true`.
   */
  readonly inheritCredentials?: boolean | undefined
  /** Default: the file's name without extension. */
  readonly functionName?: string | undefined
  /** Default: `AWS_REGION` in `env`, else `us-east-1`. */
  readonly region?: string | undefined
  /**
   * What runs the handler: AWS's `aws-lambda-ric`, or our own small client. Default `auto`: the former where it is
   * installed (beside the working directory, the file or local-alb).
   */
  readonly runtimeClient?: 'auto' | 'aws-lambda-ric' | 'own' | undefined
  /** The Node.js binary. Default: the one that runs this. */
  readonly nodePath?: string | undefined
  /** Called with each line as it is written. `requestId` is `undefined` while no invocation runs: at the start. */
  readonly onLog?:
    ((line: LogLine, environment: string, requestId: string | undefined) => void) | undefined
  /** Called when an environment fails before its first invocation; the invocation reports it as well. */
  readonly onInitError?: ((error: FunctionError, environment: string) => void) | undefined
}

/** Options checked and with their defaults. */
export interface FunctionSettings {
  readonly file: string
  readonly taskRoot: string
  /** `_HANDLER`: path below the task root without extension, a dot, the export. */
  readonly handler: string
  readonly timeoutMs: number
  readonly initTimeoutMs: number
  readonly memoryMb: number
  readonly concurrency: number
  readonly idleMs: number
  readonly freeze: boolean
  readonly env: Readonly<Record<string, string>>
  readonly inheritCredentials: boolean
  readonly functionName: string
  readonly region: string
  readonly runtimeClient: 'auto' | 'aws-lambda-ric' | 'own'
  readonly nodePath: string
  readonly onLog: NonNullable<FunctionOptions['onLog']>
  readonly onInitError: NonNullable<FunctionOptions['onInitError']>
}

// What Lambda sets itself and refuses in a function's configuration (Lambda guide, "Defined runtime environment
// variables"), and what would turn aws-lambda-ric into something else than one invocation at a time over our addon.
const RESERVED = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_LAMBDA_MAX_CONCURRENCY',
  'AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1',
  'AWS_LAMBDA_RUNTIME_API',
  'LAMBDA_RUNTIME_DIR',
  'LAMBDA_TASK_ROOT',
])

/** @throws {TypeError} naming the option, its value and what it may be */
export function toFunctionSettings(options: FunctionOptions): FunctionSettings {
  const file = resolve(options.file)
  const taskRoot = resolve(options.taskRoot ?? dirname(file))
  const env = options.env ?? {}
  checkEnv(env)
  return {
    file,
    taskRoot,
    handler: `${toModuleName(file, taskRoot)}.${options.handler ?? 'handler'}`,
    timeoutMs: number('timeoutSeconds', options.timeoutSeconds ?? 30, 0.001, 900) * 1000,
    initTimeoutMs:
      number('initTimeoutSeconds', options.initTimeoutSeconds ?? 10, 0.001, 900) * 1000,
    memoryMb: integer('memoryMb', options.memoryMb ?? 1024, 128, 10_240),
    concurrency: integer('concurrency', options.concurrency ?? 10, 1, 1000),
    idleMs: number('idleSeconds', options.idleSeconds ?? 300, 0, 86_400) * 1000,
    freeze: (options.freeze ?? true) && process.platform !== 'win32',
    env,
    inheritCredentials: options.inheritCredentials ?? true,
    functionName:
      options.functionName ??
      basename(file, extname(file))
        .replaceAll(/[^\w-]/g, '-')
        .slice(0, 64),
    region: options.region ?? env['AWS_REGION'] ?? 'us-east-1',
    runtimeClient: options.runtimeClient ?? 'auto',
    nodePath: options.nodePath ?? process.execPath,
    onLog: options.onLog ?? (() => {}),
    onInitError: options.onInitError ?? (() => {}),
  }
}

function checkEnv(env: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(env)) {
    if (RESERVED.has(name)) {
      throw new TypeError(`env.${name} cannot be set: Lambda sets it itself. Take it out of env.`)
    }
    // Read from a file or from JavaScript, where the type does not hold.
    if (typeof (value as unknown) !== 'string') {
      throw new TypeError(
        `env.${name} is of type ${typeof value}; environment variables are strings.`,
      )
    }
  }
}

function number(name: string, value: number, least: number, most: number): number {
  if (!(value >= least && value <= most)) {
    throw new TypeError(
      `${name} is ${String(value)}; it must be a number from ${least} to ${most}.`,
    )
  }
  return value
}

function integer(name: string, value: number, least: number, most: number): number {
  if (!Number.isInteger(number(name, value, least, most))) {
    throw new TypeError(`${name} is ${value}; it must be a whole number.`)
  }
  return value
}
