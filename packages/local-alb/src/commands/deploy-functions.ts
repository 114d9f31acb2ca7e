import { relative } from 'node:path'
import { BundledFunction } from '../bundle/bundled-function.js'
import type { FunctionTargetDefinition, LoadBalancerDefinition } from '../rules/definition.js'

export interface DeployOptions {
  readonly handler: string | undefined
  readonly timeoutSeconds: number | undefined
  readonly memoryMb: number | undefined
  readonly concurrency: number | undefined
  readonly env: Readonly<Record<string, string>>
  readonly watch: boolean
  readonly note: (line: string) => void
}

export interface Deployed {
  /** As given, with functions in the place of their descriptions. */
  readonly definition: LoadBalancerDefinition
  readonly functions: readonly BundledFunction[]
}

/** Makes the functions of a load balancer; what a description leaves out is as the options say. */
export function deployFunctions(
  definition: LoadBalancerDefinition,
  options: DeployOptions,
): Deployed {
  const functions: BundledFunction[] = []
  const targetGroups = definition.targetGroups.map((group) => ({
    ...group,
    targets: group.targets.map((target) => {
      if (!('kind' in target) || target.kind !== 'lambda') return target
      const fn = deploy(target, options)
      functions.push(fn)
      return fn
    }),
  }))
  return { definition: { ...definition, targetGroups }, functions }
}

function deploy(target: FunctionTargetDefinition, options: DeployOptions): BundledFunction {
  const { watch, note, env, ...defaults } = options
  const given = Object.entries(defaults).filter(([, value]) => value !== undefined)
  const described = { ...Object.fromEntries(given), ...target, env: { ...env, ...target.env } }
  if (!watch) return new BundledFunction(described)
  const name = relative(process.cwd(), target.file)
  return new BundledFunction(described, {
    watch: {
      onRebuild: () => {
        note(`${name} changed: the next request starts it anew`)
      },
      onFailure: (error) => {
        note(`${name} changed and cannot be built; the old one stays:\n${error.message}`)
      },
    },
  })
}
