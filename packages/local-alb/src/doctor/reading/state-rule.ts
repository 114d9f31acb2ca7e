import type { AnyNode } from 'acorn'
import { isServing } from './handlers.js'
import type { Rule } from './rule.js'
import type { Source } from './source.js'
import { isShadowed, memberName } from './syntax.js'

const CHANGING = /^(?:add|clear|delete|fill|pop|push|set|shift|splice|unshift)$/

/** A Map, a list, an object or a counter of the module that is changed while requests are served. */
export const stateRule: Rule = (node, ancestors, source) => {
  const name = changedName(node)
  if (name === undefined || isShadowed(name, ancestors)) return undefined
  const kind = kindOf(name, source)
  if (kind === undefined || !fits(kind, node)) return undefined
  if (!isServing(ancestors, source)) return undefined
  return { kind: 'memory-state', what: `${name}, ${kind} of the module, is changed by requests` }
}

/** The variable whose value a node changes. */
function changedName(node: AnyNode): string | undefined {
  if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression') {
    const method = memberName(node.callee)
    return method !== undefined && CHANGING.test(method) ? nameOf(node.callee.object) : undefined
  }
  if (node.type === 'AssignmentExpression') {
    if (node.left.type === 'MemberExpression') return nameOf(node.left.object)
    // `pool ??= connect()` makes something once; a plain assignment may, too.
    return /^[+*/-]=$/.test(node.operator) ? nameOf(node.left) : undefined
  }
  if (node.type === 'UpdateExpression') {
    const { argument } = node
    return nameOf(argument.type === 'MemberExpression' ? argument.object : argument)
  }
  if (node.type === 'UnaryExpression' && node.operator === 'delete') {
    return node.argument.type === 'MemberExpression' ? nameOf(node.argument.object) : undefined
  }
  return undefined
}

function nameOf(node: AnyNode): string | undefined {
  return node.type === 'Identifier' ? node.name : undefined
}

type Kind = 'a Map' | 'a Set' | 'a list' | 'an object' | 'a counter'

/** What a variable of the module's own scope begins as; empty ones only, since others may be tables. */
function kindOf(name: string, source: Source): Kind | undefined {
  const value = source.values.get(name)
  if (value === undefined || !isTopLevel(name, source)) return undefined
  if (value.type === 'NewExpression' && value.callee.type === 'Identifier') {
    const { name: made } = value.callee
    return made === 'Map' || made === 'Set' ? `a ${made}` : undefined
  }
  if (value.type === 'ArrayExpression') return 'a list'
  if (value.type === 'ObjectExpression')
    return value.properties.length === 0 ? 'an object' : undefined
  if (value.type === 'CallExpression' && memberName(value.callee) === 'create') return 'an object'
  return value.type === 'Literal' && typeof value.value === 'number' ? 'a counter' : undefined
}

function fits(kind: Kind, node: AnyNode): boolean {
  if (kind === 'a counter') {
    return (
      (node.type === 'UpdateExpression' && node.argument.type === 'Identifier') ||
      (node.type === 'AssignmentExpression' && node.left.type === 'Identifier')
    )
  }
  if (kind === 'an object') return node.type !== 'CallExpression'
  if (kind === 'a list') return true
  return node.type === 'CallExpression'
}

function isTopLevel(name: string, { program }: Source): boolean {
  return program.body.some((statement) => {
    const declaration =
      statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
    return (
      declaration?.type === 'VariableDeclaration' &&
      declaration.declarations.some(({ id }) => id.type === 'Identifier' && id.name === name)
    )
  })
}
