import type { NodeBinary } from './node-binary.js'
import type { FunctionSettings } from './options.js'
import type { RuntimeClient } from './runtime-client.js'

export interface EnvironmentFacts {
  readonly settings: FunctionSettings
  readonly node: NodeBinary
  readonly client: RuntimeClient
  /** `host:port` of the Runtime API. */
  readonly runtimeApi: string
  /** What the client must show to fetch events; it takes it out of the environment before the function is loaded. */
  readonly token: string
  readonly logStream: string
}

// What a process needs to run at all; everything else of ours stays out, as a function in Lambda sees none of it.
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'USERPROFILE']

// In place of the role that a function has in AWS: who the developer is.
const CREDENTIALS = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_PROFILE',
  'AWS_CONFIG_FILE',
  'AWS_SHARED_CREDENTIALS_FILE',
]

/**
 * The environment of a function's process: Lambda's defined runtime environment variables (Lambda guide, "Working with
 * Lambda environment variables"), the function's own, and the few that a local process needs.
 */
export function toEnvironmentVariables(facts: EnvironmentFacts): Record<string, string> {
  const { settings, node, client } = facts
  const { region } = settings
  return {
    ...pick(settings.inheritCredentials ? [...INHERITED, ...CREDENTIALS] : INHERITED),
    // Those that a function may override…
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    ...settings.env,
    // …and those that it may not.
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${node.major}.x`,
    AWS_LAMBDA_FUNCTION_NAME: settings.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${settings.functionName}`,
    AWS_LAMBDA_LOG_STREAM_NAME: facts.logStream,
    AWS_LAMBDA_RUNTIME_API: facts.runtimeApi,
    LAMBDA_TASK_ROOT: settings.taskRoot,
    LAMBDA_RUNTIME_DIR: client.folder,
    _HANDLER: settings.handler,
    LOCAL_ALB_RUNTIME_TOKEN: facts.token,
  }
}

function pick(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

/** The name of an environment's log stream: day, version, id. */
export function toLogStream(id: string): string {
  return `${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${id}`
}
