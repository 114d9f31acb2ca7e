import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'vite'

export const root: string = fileURLToPath(new URL('../..', import.meta.url))

/** Every file below a folder of the repository, as paths from its root; builds and installs are left out. */
export function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules' && !name.startsWith('dist'))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`
      return entry.isDirectory() ? filesBelow(path) : [path]
    })
}

/**
 * The specifiers a TypeScript file imports or re-exports from, in every form there is, types included.
 *
 * @param isComputing whether it may also import what is only known when it runs; that is left out then
 */
export function specifiersIn(file: string, source: string, isComputing = false): string[] {
  const found: string[] = []
  const add = (specifier: Node): void => {
    if (isComputing && typeof specifier['value'] !== 'string') return
    found.push(toSpecifier(file, specifier))
  }
  visit(parse(file, source), (node) => {
    switch (node['type']) {
      case 'ImportDeclaration': // import a from 'x', import type { A } from 'x', import 'x'
      case 'ExportNamedDeclaration': // export { a } from 'x', export type { A } from 'x'
      case 'ExportAllDeclaration': // export * from 'x'
      case 'ImportExpression': // import('x')
      case 'TSImportType': // typeof import('x')
        if (isNode(node['source'])) add(node['source'])
        break
      case 'TSExternalModuleReference': // import a = require('x')
        if (isNode(node['expression'])) add(node['expression'])
        break
    }
  })
  return found
}

/** Whether a file does nothing but pass on what other files export. */
export function onlyReexports(file: string, source: string): boolean {
  return parse(file, source).body.every(
    (statement) =>
      statement.type === 'ExportAllDeclaration' ||
      (statement.type === 'ExportNamedDeclaration' && statement.source !== null),
  )
}

/**
 * For each file its imports: files of the repository as paths from its root, anything else as it is written.
 *
 * @param computing the files that may also import what is only known when they run
 */
export function importsOf(
  files: readonly string[],
  computing: readonly string[] = [],
): Map<string, string[]> {
  return new Map(
    files.map((file) => {
      const source = readFileSync(join(root, file), 'utf8')
      const specifiers = specifiersIn(file, source, computing.includes(file))
      return [file, specifiers.map((specifier) => toTarget(file, specifier))]
    }),
  )
}

/** The first way round from a file to itself, or undefined where imports run one way. */
export function findCycle(imports: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const settled = new Set<string>()
  const search = (file: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    if (settled.has(file)) return undefined
    for (const target of imports.get(file) ?? []) {
      const cycle = search(target, [...path, file])
      if (cycle !== undefined) return cycle
    }
    settled.add(file)
    return undefined
  }
  for (const file of imports.keys()) {
    const cycle = search(file, [])
    if (cycle !== undefined) return cycle
  }
  return undefined
}

function parse(file: string, source: string): ReturnType<typeof parseSync>['program'] {
  const { program, errors } = parseSync(file, source)
  const [error] = errors
  if (error !== undefined) throw new Error(`${file}: ${error.message}`)
  return program
}

type Node = Record<string, unknown>

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null
}

function visit(value: unknown, onNode: (node: Node) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, onNode)
  } else if (isNode(value)) {
    onNode(value)
    for (const child of Object.values(value)) visit(child, onNode)
  }
}

function toSpecifier(file: string, source: Node): string {
  if (typeof source['value'] === 'string') return source['value']
  throw new Error(`${file} imports something that is not written out`)
}

function toTarget(file: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier
  const path = relative(root, resolve(root, dirname(file), specifier)).replaceAll('\\', '/')
  return path.replace(/\.js$/, '.ts')
}
