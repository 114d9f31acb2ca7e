import { readdirSync, readFileSync } from 'node:fs'
import { parse } from '@cdktf/hcl2json'
import { deployFolder, fold, surroundings, type Values } from './forms.js'
import { evaluateText, type Scope } from './hcl-expression.js'

type Json = Readonly<Record<string, unknown>>

/** What `hcl2json` makes of the files of a module, joined. */
export interface Module {
  readonly variable: Readonly<Record<string, readonly [Json]>>
  readonly locals: readonly Json[]
  readonly resource: Readonly<Record<string, Readonly<Record<string, readonly [Json]>>>>
  readonly output: Readonly<Record<string, readonly [Json]>>
}

/** One resource of a plan: blocks with their `dynamic` ones unrolled, values evaluated. */
export interface PlannedResource {
  readonly type: string
  readonly name: string
  readonly attributes: Json
}

export interface Plan {
  readonly resources: readonly PlannedResource[]
  readonly outputs: Json
  /** Messages of validations and preconditions that do not hold. */
  readonly refusals: readonly string[]
}

/** The value of a resource's attribute. */
export type Refer = (resource: PlannedResource, attribute: string) => unknown

export const moduleFiles = (): readonly string[] =>
  readdirSync(`${deployFolder}terraform`).filter((name) => name.endsWith('.tf'))

export const readModuleFile = (name: string): string =>
  readFileSync(`${deployFolder}terraform/${name}`, 'utf8')

/** @param edit changes a file's text before it is read, to plant a mistake */
export async function parseModule(
  edit: (text: string, file: string) => string = (text) => text,
): Promise<Module> {
  const files = await Promise.all(
    moduleFiles().map((file) => parse(file, edit(readModuleFile(file), file))),
  )
  const merged: Record<string, unknown> = {}
  for (const file of files as Record<string, Record<string, Json>>[]) {
    for (const [block, content] of Object.entries(file)) {
      if (Array.isArray(content)) {
        merged[block] = [...((merged[block] ?? []) as unknown[]), ...(content as unknown[])]
        continue
      }
      const known = { ...(merged[block] as Record<string, Json> | undefined) }
      for (const [name, definition] of Object.entries(content)) {
        known[name] = Array.isArray(definition) ? definition : { ...known[name], ...definition }
      }
      merged[block] = known
    }
  }
  return merged as unknown as Module
}

/** Variables as Terraform takes them, from values by their names in CDK. */
export function toVariables(module: Module, values: Values): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const variable = Object.keys(module.variable).find((one) => fold(one) === fold(name))
      if (variable === undefined) throw new Error(`There is no variable for ${name}`)
      return [variable, value]
    }),
  )
}

/** What Terraform would make: the expressions of this module, evaluated as the language describes them. */
export function plan(module: Module, given: Json, refer: Refer): Plan {
  const variables = new Map(
    Object.entries(module.variable).map(([name, [variable]]) => [
      name,
      given[name] ?? variable['default'],
    ]),
  )
  const locals = Object.assign({}, ...module.locals) as Json

  /** The instances of a resource that `count` or `for_each` ask for; `each` and `count` go into their scope. */
  const instances = (type: string, name: string): { key: unknown; each: unknown }[] => {
    const definition = module.resource[type]?.[name]?.[0]
    if (definition === undefined) throw new Error(`There is no ${type}.${name}`)
    if (definition['count'] !== undefined) {
      const count = Number(evaluate(definition['count'], {}))
      return Array.from({ length: count }, (_, key) => ({ key, each: undefined }))
    }
    if (definition['for_each'] !== undefined) {
      const each = evaluate(definition['for_each'], {}) as Json
      return Object.entries(each).map(([key, value]) => ({ key, each: { key, value } }))
    }
    return [{ key: undefined, each: undefined }]
  }
  const isRepeated = (type: string, name: string): boolean => {
    const definition = module.resource[type]?.[name]?.[0]
    return definition?.['count'] !== undefined || definition?.['for_each'] !== undefined
  }
  const instance = (type: string, name: string, key: unknown): PlannedResource => {
    const found = instances(type, name).find((one) => one.key === key)
    if (found === undefined) throw new Error(`There is no ${type}.${name}[${String(key)}]`)
    const {
      lifecycle: _,
      count: _count,
      for_each: _each,
      depends_on,
      ...blocks
    } = {
      ...module.resource[type]?.[name]?.[0],
    }
    const extra = { each: found.each, count: { index: found.key } }
    return {
      type,
      name,
      attributes: {
        ...(evaluateBlock(blocks, extra) as Json),
        ...(depends_on === undefined ? {} : { depends_on }),
      },
    }
  }

  const scope: Scope = {
    resolve: (path) => {
      const [root = '', name = '', ...rest] = path.map(String)
      if (root === 'var') {
        if (!variables.has(name)) throw new Error(`There is no variable ${name}`)
        return rest.reduce<unknown>((value, step) => (value as Json)[step], variables.get(name))
      }
      if (root === 'local') {
        return rest.reduce<unknown>(
          (value, step) => (value as Json)[step],
          evaluate(locals[name], {}),
        )
      }
      if (root === 'data') {
        const value = {
          aws_partition: 'partition',
          aws_region: 'region',
          aws_caller_identity: 'account',
        }[name]
        return surroundings[value as keyof typeof surroundings]
      }
      if (!isRepeated(root, name)) return refer(instance(root, name, undefined), String(rest[0]))
      const [key, attribute] = [path[2], String(rest[1])]
      if (key === '*') {
        return instances(root, name).map((one) => refer(instance(root, name, one.key), attribute))
      }
      if (key === undefined) return instances(root, name).map((one) => pending(root, name, one.key))
      return refer(instance(root, name, key), attribute)
    },
    call: (name, args) => {
      const implementation = functions[name]
      if (implementation === undefined) throw new Error(`${name}() is not known here`)
      return implementation(...(args as never[]))
    },
  }
  /** An instance whose attributes are asked for later, in a `for`. */
  const pending = (type: string, name: string, key: unknown): object =>
    new Proxy(
      {},
      { get: (_target, attribute) => refer(instance(type, name, key), String(attribute)) },
    )

  const evaluate = (value: unknown, extra: Json): unknown => {
    if (typeof value === 'string') return evaluateText(value, scope, extra)
    if (Array.isArray(value)) return value.map((item) => evaluate(item, extra))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, evaluate(item, extra)]),
    )
  }
  const evaluateBlock = (block: unknown, extra: Json): unknown => {
    if (Array.isArray(block)) return block.map((item) => evaluateBlock(item, extra))
    if (typeof block !== 'object' || block === null) return evaluate(block, extra)
    const { dynamic = {}, ...rest } = block as Json
    const entries = Object.entries(rest).map(([key, item]) => [key, evaluateBlock(item, extra)])
    const result = Object.fromEntries(entries) as Record<string, unknown>
    for (const [label, definitions] of Object.entries(dynamic as Record<string, Json[]>)) {
      const made = definitions.flatMap(({ for_each: each, content }) =>
        Object.entries(evaluate(each, extra) as object).map(([key, value]) =>
          evaluateBlock((content as unknown[])[0], {
            ...extra,
            [label]: { key, value: value as unknown },
          }),
        ),
      )
      result[label] = [...made, ...((result[label] ?? []) as unknown[])]
    }
    return Object.fromEntries(
      Object.entries(result).filter(
        ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
      ),
    )
  }

  const checks = [
    ...Object.values(module.variable).flatMap(([variable]) => variable['validation'] ?? []),
    ...Object.entries(module.resource).flatMap(([type, named]) =>
      Object.entries(named)
        .filter(([name]) => instances(type, name).length > 0)
        .flatMap(([, [definition]]) => (definition['lifecycle'] ?? []) as Json[])
        .flatMap((lifecycle) => lifecycle['precondition'] ?? []),
    ),
  ] as { condition: string; error_message: string }[]
  const refusals = checks
    .filter(({ condition }) => evaluate(condition, {}) !== true)
    .map(({ error_message: message }) => message)
  // What Terraform refuses it does not plan.
  if (refusals.length > 0) return { resources: [], outputs: {}, refusals }

  return {
    resources: Object.entries(module.resource).flatMap(([type, named]) =>
      Object.keys(named).flatMap((name) =>
        instances(type, name).map(({ key }) => instance(type, name, key)),
      ),
    ),
    outputs: Object.fromEntries(
      Object.entries(module.output).map(([name, [output]]) => [
        name,
        evaluate(output['value'], {}),
      ]),
    ),
    refusals,
  }
}

/** Terraform's functions that the module calls. */
const functions: Readonly<Record<string, (...args: never[]) => unknown>> = {
  cidrhost: (block: string) => {
    const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(block)
    const isValid = match?.slice(1).every((part, index) => Number(part) <= (index === 4 ? 32 : 255))
    if (isValid !== true) throw new Error(`${block} is no CIDR block`)
    return block
  },
  concat: (...lists: unknown[][]) => lists.flat(),
  contains: (list: unknown[], value: unknown) => list.includes(value),
  filebase64sha256: (path: string) => `hash of ${path}`,
  floor: (value: number) => Math.floor(value),
  join: (separator: string, list: unknown[]) => list.join(separator),
  jsonencode: (value: unknown) => JSON.stringify(value),
  length: (value: object) => Object.keys(value).length,
  merge: (...maps: object[]) => Object.assign({}, ...maps) as unknown,
  one: (list: unknown[]) => {
    if (list.length > 1) throw new Error('one() of several')
    return list[0] ?? null
  },
  regex: (pattern: string, text: string) => {
    const match = new RegExp(pattern).exec(text)
    if (match === null) throw new Error(`${text} does not match`)
    return match[0]
  },
  slice: (list: unknown[], from: number, to: number) => list.slice(from, to),
  split: (separator: string, text: string) => text.split(separator),
  startswith: (text: string, start: string) => text.startsWith(start),
  substr: (text: string, from: number, length: number) => text.slice(from, from + length),
}
