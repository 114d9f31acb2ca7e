import { readFileSync } from 'node:fs'
import type { AnyNode, Program } from 'acorn'
import { loaderOf } from '../../bundle/module-scan.js'
import type { Place } from '../finding.js'
import { createLocator, MAP_COMMENT } from './source-places.js'
import {
  bare,
  isShadowed,
  keyOf,
  memberName,
  namesIn,
  textOf,
  walk,
  type Ancestors,
} from './syntax.js'

/** Something of a module: `fork` of `cluster`. The module itself, or its default export, has an empty path. */
export interface Imported {
  /** Without `node:`. */
  readonly module: string
  /** Members with dots between them. */
  readonly path: string
}

/** One source of the app, read. */
export interface Source {
  readonly file: string
  /** As it was parsed, without types. */
  readonly text: string
  readonly program: Program
  /** What a name of the module's own scope was imported as. */
  readonly imports: ReadonlyMap<string, Imported>
  /** What a constant of the module begins with, for names that are declared once. */
  readonly values: ReadonlyMap<string, AnyNode>
  /** Where a node stands, source maps followed. */
  readonly placeOf: (node: AnyNode) => Place
}

/**
 * Reads a source, after esbuild has taken its types and JSX away.
 *
 * @returns `undefined` when it cannot be parsed; whoever runs it will say why
 */
export async function readSource(file: string): Promise<Source | undefined> {
  const [{ parse }, { transform }] = await Promise.all([import('acorn'), import('esbuild')])
  try {
    // esbuild follows a map that stands in the source, and no other; here each is followed in the same way.
    const text = readFileSync(file, 'utf8')
    const { code, map } = await transform(text.replaceAll(MAP_COMMENT, ''), {
      loader: /\.[mc]?js$/.test(file) ? 'jsx' : loaderOf(file),
      sourcefile: file,
      sourcemap: 'external',
      sourcesContent: false,
      legalComments: 'none',
      logLevel: 'silent',
      tsconfigRaw: '{ "compilerOptions": { "verbatimModuleSyntax": true } }',
    })
    const program = parse(code, {
      ecmaVersion: 'latest',
      sourceType: 'module',
      allowReturnOutsideFunction: true,
      allowHashBang: true,
      locations: true,
    })
    const locate = createLocator(file, text, map)
    return {
      file,
      text: code,
      program,
      ...declarationsOf(program),
      placeOf: (node) => {
        const { line = 1, column = 0 } = startOf(node).loc?.start ?? {}
        return locate(line - 1, column) ?? { file, line, column: column + 1 }
      },
    }
  } catch {
    return undefined
  }
}

/** Where an engine says that a call is made: at the name of the member that is called, not where its object begins. */
function startOf(node: AnyNode): AnyNode {
  if (node.type !== 'CallExpression') return node
  const callee = bare(node.callee)
  return callee.type === 'MemberExpression' ? callee.property : node
}

function declarationsOf(program: Program): Pick<Source, 'imports' | 'values'> {
  const imports = new Map<string, Imported>()
  const values = new Map<string, AnyNode>()
  const twice = new Set<string>()
  walk(program, (node) => {
    if (node.type === 'ImportDeclaration') {
      const module = toModule(String(node.source.value))
      for (const specifier of node.specifiers) {
        const { name } = specifier.local
        if (specifier.type !== 'ImportSpecifier') imports.set(name, { module, path: '' })
        else imports.set(name, { module, path: importedName(specifier.imported) })
      }
    }
    if (node.type !== 'VariableDeclarator' || !node.init) return
    const required = requiredBy(node.init)
    if (required !== undefined) addRequired(imports, node.id, required)
    for (const name of namesIn(node.id)) {
      if (values.has(name)) twice.add(name)
      else if (node.id.type === 'Identifier') values.set(name, node.init)
      else twice.add(name)
    }
  })
  for (const name of twice) values.delete(name)
  return { imports, values }
}

function importedName(node: AnyNode): string {
  const name = node.type === 'Identifier' ? node.name : (textOf(node) ?? '')
  return name === 'default' ? '' : name
}

/** `require('x')`, `require('x').y`, `await import('x')`. */
function requiredBy(given: AnyNode): Imported | undefined {
  const node = bare(given)
  if (node.type === 'MemberExpression') {
    const inner = requiredBy(node.object)
    const name = memberName(node)
    return inner && name !== undefined ? memberOf(inner, name) : undefined
  }
  if (node.type === 'ImportExpression') {
    const name = textOf(node.source)
    return name === undefined ? undefined : { module: toModule(name), path: '' }
  }
  if (node.type !== 'CallExpression') return undefined
  const isRequire = node.callee.type === 'Identifier' && node.callee.name === 'require'
  const name = textOf(node.arguments[0])
  return isRequire && name !== undefined ? { module: toModule(name), path: '' } : undefined
}

function addRequired(imports: Map<string, Imported>, id: AnyNode, required: Imported): void {
  if (id.type === 'Identifier') imports.set(id.name, required)
  if (id.type !== 'ObjectPattern') return
  for (const property of id.properties) {
    const key = keyOf(property)
    if (property.type !== 'Property' || key === undefined) continue
    const [name] = namesIn(property.value)
    if (name !== undefined) imports.set(name, memberOf(required, key))
  }
}

function toModule(specifier: string): string {
  return specifier.replace(/^node:/, '')
}

function memberOf({ module, path }: Imported, name: string): Imported {
  if (name === 'default') return { module, path }
  return { module, path: path === '' ? name : `${path}.${name}` }
}

/** What an expression is of which module: `cluster.fork`, or `fork` that was imported by its name. */
export function importedBy(
  given: AnyNode,
  source: Source,
  ancestors: Ancestors,
): Imported | undefined {
  const node = bare(given)
  if (node.type === 'Identifier') {
    const imported = source.imports.get(node.name)
    if (imported !== undefined)
      return isOtherwiseDeclared(node.name, source, ancestors) ? undefined : imported
    const isGlobal = node.name === 'process' && !isShadowed(node.name, ancestors)
    return isGlobal ? { module: 'process', path: '' } : undefined
  }
  if (node.type === 'MemberExpression') {
    const object = importedBy(node.object, source, ancestors)
    const name = memberName(node)
    return object && name !== undefined ? memberOf(object, name) : undefined
  }
  return requiredBy(node)
}

/** A `require` may stand in a function; then it is what shadows the name, and what is meant. */
function isOtherwiseDeclared(name: string, source: Source, ancestors: Ancestors): boolean {
  const value = source.values.get(name)
  return isShadowed(name, ancestors) && (value === undefined || requiredBy(value) === undefined)
}
