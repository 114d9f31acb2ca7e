import { existsSync, statSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import type { AlbOptions } from '../options.js'
import { readConfiguration } from '../rules/configuration.js'
import type { HealthCheckDefinition, LoadBalancerDefinition } from '../rules/definition.js'
import { withOneTarget } from '../targets/alb-target.js'
import { CommandError } from './command-error.js'
import type { ServeOptions } from './serve-options.js'

/** What the options ask for, nothing of it started yet. */
export interface Described {
  readonly definition: LoadBalancerDefinition
  readonly attributes: AlbOptions
  /** What works otherwise than at AWS; one sentence each. */
  readonly warnings: readonly string[]
}

/** @throws {CommandError | TypeError} naming the option or the place in the configuration file */
export async function describe(options: ServeOptions): Promise<Described> {
  const { target, config, attributes = {} } = options
  if (target !== undefined && config !== undefined) {
    throw new CommandError(
      `Give either a target or --config, not both: ${target} could stand in the file, or in its place with --target <group>=${target}`,
    )
  }
  if (config !== undefined) return describeFile(config, options)
  if (target === undefined) {
    throw new CommandError(
      `Give what stands behind the load balancer:\n${EXAMPLES}\nAll options: local-alb serve --help`,
    )
  }
  if (Object.keys(options.targets ?? {}).length > 0) {
    throw new CommandError(
      '--target is for the target groups of a configuration file; add --config <file>',
    )
  }
  return {
    definition: singleTarget(target, options),
    attributes: { ...attributes, multiValueHeaders: isMultiValue(options) },
    warnings: [],
  }
}

/** What may stand behind the load balancer. */
export const EXAMPLES = `  local-alb dist/lambda.mjs              a function
  local-alb src/lambda.ts --watch        a function, bundled, and again whenever it changes
  local-alb http://127.0.0.1:3000        a server
  local-alb --config load-balancer.json  several, with rules`

async function describeFile(config: string, options: ServeOptions): Promise<Described> {
  if (!existsSync(config)) throw new CommandError(`--config ${config}: there is no such file`)
  for (const [name, value] of [
    ['--multi-value-headers', options.multiValueHeaders],
    ['--health-check', options.healthCheck],
  ] as const) {
    if (value === undefined) continue
    throw new CommandError(
      `${name} is for a single target. In a configuration file each target group has its own: ` +
        (name === '--health-check'
          ? 'HealthCheckEnabled and HealthCheckPath in targetGroups'
          : '"lambda.multi_value_headers.enabled" in targetGroupAttributes'),
    )
  }
  const targets = Object.entries(options.targets ?? {}).map(([group, given]) => [
    group,
    isServer(given) ? given : toFile(given, `--target ${group}=${given}`),
  ])
  const {
    definition,
    options: fromFile,
    warnings,
  } = await readConfiguration(config, Object.fromEntries(targets) as Record<string, string>)
  return { definition, attributes: { ...fromFile, ...options.attributes }, warnings }
}

/** `--set multiValueHeaders=true` says the same. */
function isMultiValue({ multiValueHeaders, attributes }: ServeOptions): boolean {
  return multiValueHeaders ?? attributes?.multiValueHeaders ?? false
}

function isServer(target: string): boolean {
  return target.includes('://')
}

/** @throws {CommandError} when it is not there; Lambda would only say so with the first request */
function toFile(name: string, shown: string): string {
  const file = resolve(name)
  if (existsSync(file)) {
    if (!statSync(file).isDirectory()) return file
    throw new CommandError(
      `${shown} is a folder; give the file in it that exports the handler, such as ${join(name, 'lambda.mjs')}`,
    )
  }
  if (/^[\w.-]+:\d+(?:\/.*)?$/.test(name)) {
    throw new CommandError(`${shown}: a server is given with its scheme: http://${name}`)
  }
  const where = relative(process.cwd(), file) === name ? `in ${process.cwd()}` : `at ${file}`
  throw new CommandError(
    `${shown}: there is no such file ${where}. Build the function first, or give its source (src/lambda.ts) or the URL of a server (http://127.0.0.1:3000)`,
  )
}

function singleTarget(target: string, options: ServeOptions): LoadBalancerDefinition {
  const server = isServer(target)
  return withOneTarget(
    server ? { kind: 'instance', url: target } : { kind: 'lambda', file: toFile(target, target) },
    {
      name: server ? 'server' : 'function',
      multiValueHeaders: isMultiValue(options),
      ...(options.healthCheck !== undefined && {
        healthCheck: toHealthCheck(options.healthCheck, server),
      }),
    },
  )
}

/** AWS's defaults: "Health checks for Application Load Balancer target groups". */
function toHealthCheck(path: string, server: boolean): HealthCheckDefinition {
  return {
    path: path.startsWith('/') ? path : `/${path}`,
    intervalSeconds: server ? 30 : 35,
    timeoutSeconds: server ? 5 : 30,
    healthyThreshold: 5,
    unhealthyThreshold: 2,
    matcher: '200',
  }
}
