import type { AnyNode } from 'acorn'
import { KNOWN_APIS, type KnownApi } from './known-apis.js'
import type { Rule } from './rule.js'
import { type Imported, importedBy, type Source } from './source.js'
import {
  type Ancestors,
  argument,
  type Call,
  isCall,
  memberName,
  propertyOf,
  textOf,
} from './syntax.js'

/** Calls of packages that are known for what they do. */
export const apiRule: Rule = (node, ancestors, source) => {
  if (!isCall(node)) return undefined
  const called = calledBy(node, ancestors, source)
  if (called === undefined) return undefined
  const api = KNOWN_APIS.find(
    (known) =>
      known.modules.includes(called.module) &&
      known.path.test(called.path) &&
      meets(known, node, source),
  )
  return api && { kind: api.kind, what: api.what, severity: api.severity }
}

/** What a call is of; of `promisify(execFile)`, what that makes a function of. */
function calledBy(node: Call, ancestors: Ancestors, source: Source): Imported | undefined {
  const called = importedBy(node.callee, source, ancestors)
  const [given] = node.arguments
  if (called?.module !== 'util' || called.path !== 'promisify' || given === undefined) return called
  return importedBy(given, source, ancestors)
}

function meets({ without, bare }: KnownApi, call: Call, source: Source): boolean {
  if (bare === true) return call.arguments.length === 0
  return without === undefined || surelyLacks(call, without, source)
}

/** Whether the first argument surely has no such member. */
function surelyLacks(call: Call, member: string, source: Source): boolean {
  if (call.arguments.length === 0) return true
  const given = argument(call, 0)
  const options = given?.type === 'Identifier' ? source.values.get(given.name) : given
  if (options?.type !== 'ObjectExpression') return false
  if (given?.type === 'Identifier' && isChanged(given.name, source)) return false
  const isComplete = options.properties.every(
    (property) => property.type === 'Property' && !property.computed,
  )
  return isComplete && propertyOf(options, member) === undefined
}

/** Whether a variable is anything but read where it is declared and passed on. */
function isChanged(name: string, { text }: Source): boolean {
  const escaped = name.replaceAll('$', String.raw`\$`)
  return new RegExp(
    `(?<![\\w$.])${escaped}\\s*(?:\\.[\\w$]+|\\[[^\\]]*\\])\\s*=[^=]|Object\\.assign\\(\\s*${escaped}`,
  ).test(text)
}

const HEADER_SETTERS: ReadonlySet<string> = new Set([
  'append',
  'appendHeader',
  'contentType',
  'header',
  'set',
  'setHeader',
  'type',
  'writeHead',
])

/** `res.set('Content-Type', 'text/event-stream')` and the other ways to say it. */
export const eventStreamRule: Rule = (node, _ancestors, source) => {
  if (node.type !== 'CallExpression') return undefined
  const name = memberName(node.callee)
  if (name === undefined || !HEADER_SETTERS.has(name)) return undefined
  const [first, second] = node.arguments
  const isStream =
    name === 'type' || name === 'contentType'
      ? isEventStream(first)
      : (/^content-type$/i.test(textOf(first) ?? '') && isEventStream(second)) ||
        node.arguments.some((given) => hasStreamType(given, source))
  return isStream ? { kind: 'event-stream', what: 'Answers with text/event-stream' } : undefined
}

function isEventStream(node: AnyNode | undefined): boolean {
  return /^\s*text\/event-stream/i.test(textOf(node) ?? '')
}

function hasStreamType(given: AnyNode, source: Source): boolean {
  const headers = given.type === 'Identifier' ? source.values.get(given.name) : given
  return ['Content-Type', 'content-type', 'Content-type'].some((name) =>
    isEventStream(propertyOf(headers, name)?.value),
  )
}

/** `process.on('SIGTERM', …)`. */
export const signalRule: Rule = (node, ancestors, source) => {
  if (node.type !== 'CallExpression') return undefined
  const signal = textOf(node.arguments[0])
  if (signal === undefined || !/^SIG(?:TERM|INT|HUP|QUIT|USR2)$/.test(signal)) return undefined
  const called = importedBy(node.callee, source, ancestors)
  const isWaiting =
    called?.module === 'process' && /^(?:on|once|addListener|prepend\w*Listener)$/.test(called.path)
  return isWaiting ? { kind: 'signal', what: `Waits for ${signal}` } : undefined
}

/** `server.on('upgrade', …)` of a server that is made in the same module. */
export const upgradeRule: Rule = (node, ancestors, source) => {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return undefined
  if (!/^(?:on|once|addListener)$/.test(memberName(node.callee) ?? '')) return undefined
  if (textOf(node.arguments[0]) !== 'upgrade') return undefined
  const { object } = node.callee
  const value = object.type === 'Identifier' ? source.values.get(object.name) : object
  if (value === undefined || !isCall(value)) return undefined
  const made = importedBy(value.callee, source, ancestors)
  const isServer =
    /^https?$/.test(made?.module ?? '') && /^(?:createServer|Server)$/.test(made?.path ?? '')
  const isListening = memberName(value.callee) === 'listen'
  return isServer || isListening
    ? { kind: 'upgrade', what: 'A server waits for "upgrade"' }
    : undefined
}
