import type { AnyNode } from 'acorn'
import { type Ancestors, isFunction, memberName, textOf, walk } from './syntax.js'
import type { Source } from './source.js'

const VERBS = /^(?:all|delete|get|head|options|patch|post|put|use)$/

/** Whether a node stands in code that runs while a request is served, as far as its module tells. */
export function isServing(ancestors: Ancestors, source: Source): boolean {
  const calledByHandlers = namesCalledByHandlers(source)
  return ancestors.some((node, index) => {
    if (!isFunction(node)) return false
    if (isHandler(node, ancestors[index - 1])) return true
    const name = nameOf(node, ancestors[index - 1])
    return name !== undefined && calledByHandlers.has(name)
  })
}

/** `app.get('/', fn)`, or a function of `req` and `res`. */
function isHandler(fn: AnyNode, parent: AnyNode | undefined): boolean {
  if (!isFunction(fn)) return false
  const names = fn.params.map((param) => (param.type === 'Identifier' ? param.name : ''))
  if (/^_?(?:req|request)$/.test(names[0] ?? '') && /^_?(?:res|response)$/.test(names[1] ?? '')) {
    return true
  }
  return parent?.type === 'CallExpression' && isRegistration(parent)
}

function isRegistration(call: Extract<AnyNode, { type: 'CallExpression' }>): boolean {
  const verb = memberName(call.callee)
  if (verb === undefined || !VERBS.test(verb)) return false
  const isPath = textOf(call.arguments[0])?.startsWith('/') === true
  return isPath || (verb === 'use' && looksLikeRouter(call.callee))
}

function looksLikeRouter(callee: AnyNode): boolean {
  if (callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier') return false
  return /(?:app|router|routes|server|api)$/i.test(callee.object.name)
}

function nameOf(fn: AnyNode, parent: AnyNode | undefined): string | undefined {
  if (fn.type === 'FunctionDeclaration') return fn.id?.name
  if (parent?.type !== 'VariableDeclarator' || parent.id.type !== 'Identifier') return undefined
  return parent.id.name
}

const known = new WeakMap<Source, ReadonlySet<string>>()

/** Functions of the module that handlers call, and those that they call. */
function namesCalledByHandlers(source: Source): ReadonlySet<string> {
  const found = known.get(source)
  if (found !== undefined) return found
  const calls: {
    readonly name: string
    readonly within: ReadonlySet<string>
    readonly isServed: boolean
  }[] = []
  walk(source.program, (node, ancestors) => {
    const name = calledName(node, ancestors)
    if (name === undefined) return
    const around = ancestors.map((ancestor, index) => nameOf(ancestor, ancestors[index - 1]))
    calls.push({
      name,
      within: new Set(around.filter((one) => one !== undefined)),
      isServed:
        node.type === 'Identifier' ||
        ancestors.some((ancestor, index) => isHandler(ancestor, ancestors[index - 1])),
    })
  })
  const names = new Set<string>()
  for (let size = -1; size !== names.size;) {
    size = names.size
    for (const { name, within, isServed } of calls) {
      if (isServed || [...within].some((one) => names.has(one))) names.add(name)
    }
  }
  known.set(source, names)
  return names
}

/** What is called by its name, or given to a router by its name. */
function calledName(node: AnyNode, ancestors: Ancestors): string | undefined {
  if (node.type === 'CallExpression' && node.callee.type === 'Identifier') return node.callee.name
  const parent = ancestors.at(-1)
  const isGiven =
    node.type === 'Identifier' &&
    parent?.type === 'CallExpression' &&
    parent.callee !== node &&
    isRegistration(parent)
  return isGiven ? node.name : undefined
}
