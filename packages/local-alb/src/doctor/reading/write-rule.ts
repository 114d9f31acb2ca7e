import type { AnyNode } from 'acorn'
import { isWritingFlag, WRITING } from '../probes/writing-calls.js'
import type { Rule } from './rule.js'
import { importedBy, type Imported, type Source } from './source.js'
import { type Ancestors, argument, bare, type Call, isCall, propertyOf, textOf } from './syntax.js'

/** Writes to a place that is written out and surely not in /tmp. */
export const writeRule: Rule = (node, ancestors, source) => {
  if (!isCall(node)) return undefined
  const called = importedBy(node.callee, source, ancestors)
  const path = called && pathWritten(called, node)
  if (called === undefined || path === undefined) return undefined
  const shown = showIfOutside(path, source, ancestors)
  if (shown === undefined) return undefined
  const by = /^fs\b/.test(called.module) ? called.path.replace('promises.', '') : called.module
  return { kind: 'write', what: `${by} writes to ${shown}` }
}

const FS = /^(?:fs|fs\/promises|fs-extra|graceful-fs)$/
const FS_EXTRA: Readonly<Record<string, number>> = {
  copy: 1,
  emptyDir: 0,
  ensureDir: 0,
  ensureFile: 0,
  mkdirs: 0,
  move: 1,
  outputFile: 0,
  outputJson: 0,
  outputJSON: 0,
  remove: 0,
  writeJson: 0,
  writeJSON: 0,
}

function pathWritten({ module, path }: Imported, call: Call): AnyNode | undefined {
  if (FS.test(module)) {
    const name = path.replace(/^promises\./, '').replace(/Sync$/, '')
    const known = Object.hasOwn(WRITING, name) ? WRITING[name] : undefined
    if (known === undefined) {
      const index = Object.hasOwn(FS_EXTRA, name) ? FS_EXTRA[name] : undefined
      return index === undefined ? undefined : argument(call, index)
    }
    // `mkdir` may be of a folder that is there; running it tells.
    if (name === 'mkdir') return undefined
    if (name === 'open' && !isWritingFlag(textOf(argument(call, 1)))) return undefined
    return argument(call, known.path)
  }
  const first = argument(call, 0)
  switch (`${module} ${path}`.trim()) {
    case 'multer':
      return propertyOf(first, 'dest')?.value
    case 'multer diskStorage':
      return propertyOf(first, 'destination')?.value
    case 'winston transports.File':
      return propertyOf(first, 'filename')?.value
    case 'pino destination':
      return propertyOf(first, 'dest')?.value ?? first
    case 'better-sqlite3':
    case 'sqlite3 Database':
    case 'sqlite DatabaseSync':
      return textOf(first)?.startsWith(':') === true ? undefined : first
    default:
      return undefined
  }
}

/** A path as it begins: what it is relative to, and its text as far as that is known. */
interface Beginning {
  readonly base: 'working folder' | 'module' | 'temporary'
  readonly text: string
}

function showIfOutside(node: AnyNode, source: Source, ancestors: Ancestors): string | undefined {
  const beginning = beginningOf(node, source, ancestors, 0)
  if (beginning === undefined || beginning.base === 'temporary') return undefined
  const { base, text } = beginning
  if (/^(?:\/tmp|\/dev|\/proc)(?:\/|$)/.test(text) && base === 'working folder') return undefined
  return base === 'module' ? `${text || '.'} beside the source` : text
}

const MAX_STEPS = 8

function beginningOf(
  given: AnyNode,
  source: Source,
  ancestors: Ancestors,
  steps: number,
): Beginning | undefined {
  const node = bare(given)
  if (steps > MAX_STEPS) return undefined
  const next = (inner: AnyNode): Beginning | undefined =>
    beginningOf(inner, source, ancestors, steps + 1)
  const text = textOf(node)
  if (text !== undefined) return text === '' ? undefined : { base: 'working folder', text }
  if (node.type === 'Identifier') {
    if (node.name === '__dirname' || node.name === '__filename') return { base: 'module', text: '' }
    const value = source.values.get(node.name)
    return value && next(value)
  }
  if (node.type === 'TemplateLiteral') return beginningOfTemplate(node, next)
  if (node.type === 'BinaryExpression' && node.operator === '+') {
    return node.left.type === 'PrivateIdentifier' ? undefined : next(node.left)
  }
  if (node.type === 'MemberExpression' && node.object.type === 'MetaProperty') {
    return { base: 'module', text: '' }
  }
  return isCall(node) ? beginningOfCall(node, source, ancestors, next) : undefined
}

function beginningOfTemplate(
  { quasis, expressions }: Extract<AnyNode, { type: 'TemplateLiteral' }>,
  next: (inner: AnyNode) => Beginning | undefined,
): Beginning | undefined {
  const head = quasis[0]?.value.cooked ?? ''
  // What begins with a slash or a name goes on there, whatever follows.
  if (head.includes('/')) return { base: 'working folder', text: `${head}…` }
  const [first] = expressions
  const begun = head === '' && first !== undefined ? next(first) : undefined
  return begun && { ...begun, text: join(begun.text, `${quasis[1]?.value.cooked ?? ''}…`) }
}

function beginningOfCall(
  call: Call,
  source: Source,
  ancestors: Ancestors,
  next: (inner: AnyNode) => Beginning | undefined,
): Beginning | undefined {
  const first = argument(call, 0)
  const called = importedBy(call.callee, source, ancestors)
  const name = called && `${called.module} ${called.path}`
  if (name === 'os tmpdir') return { base: 'temporary', text: '' }
  if (name === 'process cwd') return { base: 'working folder', text: '.' }
  if (name === 'url fileURLToPath' || name === 'path dirname') return first && next(first)
  if (name === 'path join' || name === 'path resolve') {
    const begun = first && next(first)
    const rest = call.arguments.slice(1).map((node) => textOf(node) ?? '…')
    return begun && { ...begun, text: rest.reduce(join, begun.text) }
  }
  const isUrl = call.callee.type === 'Identifier' && call.callee.name === 'URL'
  const relative = isUrl && call.arguments.length === 2 ? textOf(first) : undefined
  return relative === undefined ? undefined : { base: 'module', text: relative }
}

function join(one: string, other: string): string {
  if (one === '' || one === '.') return other
  return other === '' ? one : `${one.replace(/\/$/, '')}/${other.replace(/^\//, '')}`
}
