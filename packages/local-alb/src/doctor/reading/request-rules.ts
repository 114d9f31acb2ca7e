import type { AnyNode } from 'acorn'
import type { Rule } from './rule.js'
import { isCall, keyOf, memberName } from './syntax.js'

const REQUEST = /^_?(?:req|request)$/
const PROXIED = /^(?:ip|ips|protocol|secure)$/

/** `req.ip`, `const { protocol } = req`: for apps that set no `trust proxy`. */
export const trustProxyRule: Rule = (node, ancestors) => {
  if (node.type === 'MemberExpression' && isRequest(node.object)) {
    const name = memberName(node)
    const parent = ancestors.at(-1)
    const isWritten = parent?.type === 'AssignmentExpression' && parent.left === node
    if (name === undefined || !PROXIED.test(name) || isWritten) return undefined
    return { kind: 'trust-proxy', what: `The app reads req.${name}` }
  }
  if (node.type !== 'VariableDeclarator' || node.id.type !== 'ObjectPattern') return undefined
  if (!node.init || !isRequest(node.init)) return undefined
  const name = node.id.properties
    .map((property) => keyOf(property) ?? '')
    .find((key) => PROXIED.test(key))
  return name === undefined ? undefined : { kind: 'trust-proxy', what: `The app reads req.${name}` }
}

/** `Array.isArray(req.query.tag)`: the app expects `?tag=a&tag=b`. */
export const repeatedQueryRule: Rule = (node) => {
  if (!isCall(node) || memberName(node.callee) !== 'isArray') return undefined
  const [given] = node.arguments
  if (given?.type !== 'MemberExpression') return undefined
  const { object } = given
  if (object.type !== 'MemberExpression' || memberName(object) !== 'query') return undefined
  if (!isRequest(object.object)) return undefined
  const name = memberName(given) ?? 'name'
  return { kind: 'repeated-query', what: `The app looks for several ?${name}=` }
}

function isRequest(node: AnyNode): boolean {
  return node.type === 'Identifier' && REQUEST.test(node.name)
}
