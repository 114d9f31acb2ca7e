import type { AnyNode, Expression, Pattern, Property } from 'acorn'

/** What stands around a node, from the program inwards. */
export type Ancestors = readonly AnyNode[]

/** Visits a node and all below it, from outside inwards and from the beginning to the end. */
export function walk(
  node: AnyNode,
  visit: (node: AnyNode, ancestors: Ancestors) => void,
  ancestors: AnyNode[] = [],
): void {
  visit(node, ancestors)
  ancestors.push(node)
  for (const child of childrenOf(node)) walk(child, visit, ancestors)
  ancestors.pop()
}

function childrenOf(node: AnyNode): AnyNode[] {
  return Object.values(node).flatMap((value: unknown) =>
    (Array.isArray(value) ? (value as unknown[]) : [value]).filter(isNode),
  )
}

function isNode(value: unknown): value is AnyNode {
  return (
    typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
  )
}

export function isFunction(
  node: AnyNode,
): node is Extract<AnyNode, { params: Pattern[]; async: boolean }> {
  return (
    node.type === 'FunctionDeclaration' ||
    node.type === 'FunctionExpression' ||
    node.type === 'ArrowFunctionExpression'
  )
}

/** The text of a literal, or of a template without expressions. */
export function textOf(node: AnyNode | null | undefined): string | undefined {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0) {
    return node.quasis[0]?.value.cooked ?? undefined
  }
  return undefined
}

/** The name of a member that is not computed, or is computed from a text. */
export function memberName(node: AnyNode): string | undefined {
  if (node.type !== 'MemberExpression') return undefined
  if (node.computed) return textOf(node.property)
  return node.property.type === 'Identifier' ? node.property.name : undefined
}

export function keyOf(property: AnyNode): string | undefined {
  if (property.type !== 'Property' || property.computed) return undefined
  return property.key.type === 'Identifier' ? property.key.name : textOf(property.key)
}

/** A property of an object that is written out. */
export function propertyOf(object: AnyNode | undefined, name: string): Property | undefined {
  if (object?.type !== 'ObjectExpression') return undefined
  return object.properties.find(
    (property): property is Property => property.type === 'Property' && keyOf(property) === name,
  )
}

/** The names that a pattern declares. */
export function namesIn(pattern: AnyNode): string[] {
  if (pattern.type === 'Identifier') return [pattern.name]
  if (pattern.type === 'AssignmentPattern') return namesIn(pattern.left)
  if (pattern.type === 'RestElement') return namesIn(pattern.argument)
  if (pattern.type === 'ArrayPattern') {
    return pattern.elements.flatMap((element) => (element === null ? [] : namesIn(element)))
  }
  if (pattern.type !== 'ObjectPattern') return []
  return pattern.properties.flatMap((property) =>
    namesIn(property.type === 'Property' ? property.value : property),
  )
}

const declared = new WeakMap<AnyNode, ReadonlySet<string>>()

/** Whether a name means something else here than in the module's own scope. */
export function isShadowed(name: string, ancestors: Ancestors): boolean {
  return ancestors.some((node) => node.type !== 'Program' && namesDeclaredBy(node).has(name))
}

function namesDeclaredBy(node: AnyNode): ReadonlySet<string> {
  const known = declared.get(node)
  if (known !== undefined) return known
  const names = new Set(listNames(node))
  declared.set(node, names)
  return names
}

function listNames(node: AnyNode): string[] {
  if (isFunction(node)) return node.params.flatMap(namesIn)
  if (node.type === 'CatchClause') return node.param ? namesIn(node.param) : []
  if (node.type === 'ForStatement' && node.init) return listNames(node.init)
  if (node.type === 'ForOfStatement' || node.type === 'ForInStatement') return listNames(node.left)
  if (node.type === 'VariableDeclaration') {
    return node.declarations.flatMap(({ id }) => namesIn(id))
  }
  if (node.type !== 'BlockStatement') return []
  return node.body.flatMap((statement) => {
    if (statement.type === 'VariableDeclaration') return listNames(statement)
    const isNamed =
      statement.type === 'FunctionDeclaration' || statement.type === 'ClassDeclaration'
    return isNamed ? [statement.id.name] : []
  })
}

/** What an expression is when `await` and parentheses of the compiler are taken off. */
export function bare(node: AnyNode): AnyNode {
  if (node.type === 'AwaitExpression') return bare(node.argument)
  if (node.type === 'ChainExpression') return bare(node.expression)
  if (node.type === 'ParenthesizedExpression') return bare(node.expression)
  return node
}

/** A call, or `new`, and what is called. */
export type Call = Extract<AnyNode, { type: 'CallExpression' | 'NewExpression' }>

export function isCall(node: AnyNode): node is Call {
  return node.type === 'CallExpression' || node.type === 'NewExpression'
}

export function argument(call: Call, index: number): Expression | undefined {
  const found = call.arguments[index]
  // After a spread nothing is known of positions.
  const isKnown = call.arguments.slice(0, index + 1).every(({ type }) => type !== 'SpreadElement')
  return isKnown && found?.type !== 'SpreadElement' ? found : undefined
}
