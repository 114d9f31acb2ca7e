import { access } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { TargetDefinition } from '../definition.js'
import type { JsonValue } from './json-value.js'

const MEMBERS = ['file', 'handler', 'timeoutSeconds', 'memoryMb', 'concurrency', 'env', 'url']

/** Targets that a configuration can hold. */
export type ReadTarget = Extract<TargetDefinition, { readonly kind: string }>

export interface MappedTargets {
  readonly json: JsonValue
  readonly targets: readonly ReadTarget[]
}

/**
 * Reads the map from target groups, by name or ARN, to what stands for each on this machine: one target or an array of
 * them.
 *
 * - `"http://127.0.0.1:3000"`: a server
 * - `"dist/lambda.mjs"`: a function's file, relative to the configuration
 * - `{ "file": …, "handler": …, "timeoutSeconds": …, "memoryMb": …, "concurrency": …, "env": { … } }`: the same with its settings
 * - `[]` or `null`: no target is registered
 *
 * @throws {ConfigurationError}
 */
export async function readTargets(
  json: JsonValue,
  baseDir: string,
): Promise<ReadonlyMap<string, MappedTargets>> {
  if (json.isAbsent) {
    throw json.wrong(
      'map each target group to what stands for it: { "my-group": "http://127.0.0.1:3000" }',
    )
  }
  return new Map(
    await Promise.all(
      json.entries().map(async ([name, value]) => {
        const items = Array.isArray(value.value) || value.isAbsent ? value.items() : [value]
        const targets = await Promise.all(items.map((item) => readTarget(item, baseDir)))
        return [name, { json: value, targets }] as const
      }),
    ),
  )
}

async function readTarget(json: JsonValue, baseDir: string): Promise<ReadTarget> {
  if (!json.isObject) {
    const text = json.text(
      'it must be a URL such as "http://127.0.0.1:3000" or a file such as "dist/lambda.mjs"',
    )
    return text.includes('://') ? readServer(json) : readFunction(json, json, baseDir)
  }
  for (const [name, value] of json.entries()) {
    if (!MEMBERS.includes(name))
      throw value.wrong(`a target has ${MEMBERS.join(', ')}; take it out`)
  }
  return json.at('url').isAbsent
    ? readFunction(json.at('file'), json, baseDir)
    : readServer(json.at('url'))
}

function readServer(json: JsonValue): ReadTarget {
  const text = json.text()
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isOrigin =
    url && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search === ''
  if (!isOrigin || url.username !== '' || url.hash !== '') {
    throw json.wrong(
      'it must be the origin of a server, without a path, such as "http://127.0.0.1:3000"',
    )
  }
  return { kind: 'instance', url: url.origin }
}

async function readFunction(
  fileName: JsonValue,
  settings: JsonValue,
  baseDir: string,
): Promise<ReadTarget> {
  const file = resolve(
    baseDir,
    fileName.text('it must be the file of a function, such as "dist/lambda.mjs"'),
  )
  await access(file).catch(() => {
    throw fileName.wrong(
      `there is no file ${file}; build it first, or write its path relative to the configuration`,
    )
  })
  if (!settings.isObject) return { kind: 'lambda', file }
  const number = (name: string, from: number, to: number): Record<string, number> =>
    settings.at(name).isAbsent ? {} : { [name]: settings.at(name).integer(from, to) }
  const at = (name: string): JsonValue => settings.at(name)
  return {
    kind: 'lambda',
    file,
    ...(!at('handler').isAbsent && { handler: at('handler').text() }),
    ...number('timeoutSeconds', 1, 900),
    ...number('memoryMb', 128, 10_240),
    ...number('concurrency', 1, 1000),
    ...(!at('env').isAbsent && { env: readEnvironment(at('env')) }),
  }
}

function readEnvironment(json: JsonValue): Readonly<Record<string, string>> {
  return Object.fromEntries(
    json.entries().map(([name, value]) => {
      if (!value.isText) throw value.wrong('environment variables are strings; put it in quotes')
      return [name, String(value.value)]
    }),
  )
}
