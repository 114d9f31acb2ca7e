import type { FunctionFiles } from '../bundle/function-files.js'
import type { AssetRequest } from '../bundle/bundle-request.js'
import type { Verification } from './verify.js'

/** The runtimes that Lambda has for Node.js (Lambda guide, "Lambda runtimes"). */
export const RUNTIMES = ['nodejs24.x', 'nodejs22.x', 'nodejs20.x'] as const
export type Runtime = (typeof RUNTIMES)[number]

export const ARCHITECTURES = ['x64', 'arm64'] as const
export type Architecture = (typeof ARCHITECTURES)[number]

/** What `local-alb build` builds; the options of the command have the same names. */
export interface BuildFunctionOptions {
  /** The function's source. */
  readonly entry: string
  /** The folder; the zip stands beside it. Default `dist/lambda`. */
  readonly out?: string | undefined
  /** Default `handler`. */
  readonly handler?: string | undefined
  /** Default `nodejs22.x`. */
  readonly target?: Runtime | undefined
  /** Default `x64`, as in AWS. */
  readonly arch?: Architecture | undefined
  /** Modules that are there already, as in a layer. */
  readonly external?: readonly string[] | undefined
  /** Packages that are copied instead of bundled. */
  readonly keep?: readonly string[] | undefined
  readonly assets?: readonly AssetRequest[] | undefined
  /** Files and folders that are neither copied nor missed. */
  readonly exclude?: readonly string[] | undefined
  /** Start it once. Default `true`. */
  readonly verify?: boolean | undefined
  /** For the start: the function's environment. */
  readonly env?: Readonly<Record<string, string>> | undefined
  /** For the start: the path of the health check. Default `/`. */
  readonly healthCheck?: string | undefined
  /** For the start: the function's memory in MB. Default 1024, as of `local-alb src/lambda.ts`. */
  readonly memory?: number | undefined
  /** For the start: the function's timeout in seconds. Default 30. */
  readonly timeout?: number | undefined
}

/** A function built and, unless that was not wanted, started once. */
export interface BuiltFunction {
  /** Absolute. */
  readonly folder: string
  readonly zip: string
  readonly zipBytes: number
  /** Base64, as Lambda's `CodeSha256` has it. */
  readonly zipSha256: string
  readonly unzippedBytes: number
  /** For the function's configuration: `index.handler`. */
  readonly handler: string
  readonly runtime: Runtime
  readonly arch: Architecture
  readonly files: FunctionFiles
  /** What the user should know, one for each. */
  readonly warnings: readonly string[]
  /** `undefined` when it was not to be started. */
  readonly verification: Verification | undefined
}
