/** Values and functions that an expression may name. */
export interface Scope {
  readonly resolve: (path: readonly (string | number)[]) => unknown
  readonly call: (name: string, args: readonly unknown[]) => unknown
}

type Evaluate = (locals: Readonly<Record<string, unknown>>) => unknown

/**
 * A text as `hcl2json` writes it, evaluated: `${…}` are expressions, and the value of one that is alone keeps its type.
 * The part of HCL's expressions that this repository's module uses; anything else is an error.
 */
export function evaluateText(
  text: string,
  scope: Scope,
  locals: Readonly<Record<string, unknown>> = {},
): unknown {
  const parts = splitTemplate(text).map((part) =>
    part.isExpression ? parse(part.text, scope)(locals) : unescape(part.text),
  )
  const [only] = parts
  if (parts.length === 1) return only
  return parts.map(String).join('')
}

const unescape = (text: string): string => text.replaceAll('$${', '${')

/** The literal and the `${…}` parts of a template, braces and quotes within them counted. */
function splitTemplate(text: string): { readonly isExpression: boolean; readonly text: string }[] {
  const parts: { isExpression: boolean; text: string }[] = []
  let rest = text
  for (;;) {
    const start = rest.search(/(?<!\$)\$\{/)
    if (start === -1) break
    if (start > 0) parts.push({ isExpression: false, text: rest.slice(0, start) })
    const end = findEnd(rest, start + 2)
    parts.push({ isExpression: true, text: rest.slice(start + 2, end) })
    rest = rest.slice(end + 1)
  }
  if (rest !== '' || parts.length === 0) parts.push({ isExpression: false, text: rest })
  return parts
}

/** Where the brace closes that opened before `from`. */
function findEnd(text: string, from: number): number {
  let depth = 1
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '"') at = skipString(text, at)
    else if (text[at] === '{') depth += 1
    else if (text[at] === '}') depth -= 1
    if (depth === 0) return at
  }
  throw new Error(`No end of \${ in ${text}`)
}

/** The closing quote of the string that opens here; `${…}` in it may hold strings of their own. */
function skipString(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1
    else if (text.startsWith('${', at) && text[at - 1] !== '$') at = findEnd(text, at + 2)
    else if (text[at] === '"') return at
  }
  throw new Error(`No end of the string in ${text}`)
}

const TOKEN =
  /\s*(?:#[^\n]*\n\s*)*([A-Za-z_][\w-]*|\d+(?:\.\d+)?|\[\*\]|&&|\|\||[=!<>]=|=>|[-+*/%!<>?:.,=(){}[\]])/y

function tokenize(text: string): string[] {
  const tokens: string[] = []
  for (let at = 0; at < text.length;) {
    const blank = /\s*/y
    blank.lastIndex = at
    blank.exec(text)
    if (text[blank.lastIndex] === '"') {
      const end = skipString(text, blank.lastIndex)
      tokens.push(text.slice(blank.lastIndex, end + 1))
      at = end + 1
      continue
    }
    TOKEN.lastIndex = at
    const match = TOKEN.exec(text)
    if (match === null) {
      if (text.slice(at).trim() === '') break
      throw new Error(`What is this? ${text.slice(at)}`)
    }
    tokens.push(String(match[1]))
    at = TOKEN.lastIndex
  }
  return tokens
}

const isEqual = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

const OPERATORS: readonly Readonly<Record<string, (a: unknown, b: () => unknown) => unknown>>[] = [
  { '||': (a, b) => a === true || b() === true },
  { '&&': (a, b) => a === true && b() === true },
  { '==': (a, b) => isEqual(a, b()), '!=': (a, b) => !isEqual(a, b()) },
  {
    '<': (a, b) => Number(a) < Number(b()),
    '>': (a, b) => Number(a) > Number(b()),
    '<=': (a, b) => Number(a) <= Number(b()),
    '>=': (a, b) => Number(a) >= Number(b()),
  },
  { '+': (a, b) => Number(a) + Number(b()), '-': (a, b) => Number(a) - Number(b()) },
]

function parse(text: string, scope: Scope): Evaluate {
  const tokens = tokenize(text)
  let at = 0
  const peek = (): string | undefined => tokens[at]
  const take = (expected?: string): string => {
    const token = tokens[at]
    if (token === undefined || (expected !== undefined && token !== expected)) {
      throw new Error(`${expected ?? 'More'} expected, not ${token ?? 'the end'}, in ${text}`)
    }
    at += 1
    return token
  }
  const accept = (token: string): boolean => {
    if (peek() !== token) return false
    at += 1
    return true
  }

  const expression = (): Evaluate => {
    const condition = binary(0)
    if (!accept('?')) return condition
    const then = expression()
    take(':')
    const otherwise = expression()
    return (locals) => (condition(locals) === true ? then(locals) : otherwise(locals))
  }
  const binary = (level: number): Evaluate => {
    const operators = OPERATORS[level]
    if (operators === undefined) return unary()
    let left = binary(level + 1)
    for (let operate = operators[peek() ?? '']; operate; operate = operators[peek() ?? '']) {
      take()
      const [a, b, operation] = [left, binary(level + 1), operate]
      left = (locals) => operation(a(locals), () => b(locals))
    }
    return left
  }
  const unary = (): Evaluate => {
    if (accept('!')) {
      const operand = unary()
      return (locals) => operand(locals) !== true
    }
    if (accept('-')) {
      const operand = unary()
      return (locals) => -Number(operand(locals))
    }
    return primary()
  }
  const list = (end: string): Evaluate[] => {
    const items: Evaluate[] = []
    while (!accept(end)) {
      items.push(expression())
      if (!accept(',')) {
        take(end)
        break
      }
    }
    return items
  }
  const object = (): Evaluate => {
    const items: [Evaluate, Evaluate][] = []
    while (!accept('}')) {
      const name = take()
      const key: Evaluate = name.startsWith('"') ? string(name) : () => name
      take('=')
      items.push([key, expression()])
      accept(',')
    }
    return (locals) =>
      Object.fromEntries(items.map(([key, value]) => [String(key(locals)), value(locals)]))
  }
  const string = (token: string): Evaluate => {
    const raw = token.slice(1, -1)
    return (locals) =>
      splitTemplate(raw).length === 1 && !raw.includes('${')
        ? (JSON.parse(token) as string)
        : String(evaluateText(raw, scope, locals))
  }
  const forList = (): Evaluate => {
    const name = take()
    take('in')
    const source = expression()
    take(':')
    const value = expression()
    take(']')
    return (locals) =>
      Object.values(source(locals) as object).map((item) => value({ ...locals, [name]: item }))
  }
  const primary = (): Evaluate => {
    const token = take()
    if (token === '(') {
      const inner = expression()
      take(')')
      return inner
    }
    if (token === '[') {
      if (accept('for')) return forList()
      const items = list(']')
      return (locals) => items.map((item) => item(locals))
    }
    if (token === '{') return object()
    if (token.startsWith('"')) return string(token)
    if (/^\d/.test(token)) return () => Number(token)
    if (token === 'true' || token === 'false') return () => token === 'true'
    if (token === 'null') return () => null
    if (!/^[A-Za-z_]/.test(token)) throw new Error(`${token} not expected in ${text}`)
    return accept('(') ? call(token) : traversal(token)
  }
  const call = (name: string): Evaluate => {
    const args = list(')')
    // What may fail is tried by the function that says whether it does.
    if (name === 'can') {
      return (locals) => {
        try {
          args.forEach((argument) => argument(locals))
          return true
        } catch {
          return false
        }
      }
    }
    return (locals) =>
      scope.call(
        name,
        args.map((argument) => argument(locals)),
      )
  }
  const traversal = (root: string): Evaluate => {
    const steps: ((locals: Readonly<Record<string, unknown>>) => string | number)[] = []
    for (;;) {
      if (accept('.')) {
        const name = take()
        steps.push(() => name)
      } else if (accept('[*]')) {
        steps.push(() => '*')
      } else if (accept('[')) {
        const index = expression()
        take(']')
        steps.push((locals) => index(locals) as string | number)
      } else break
    }
    return (locals) => {
      const path = steps.map((step) => step(locals))
      return Object.hasOwn(locals, root)
        ? path.reduce<unknown>(
            (value, step) => (value as Record<string, unknown>)[step],
            locals[root],
          )
        : scope.resolve([root, ...path])
    }
  }

  const evaluate = expression()
  if (at < tokens.length) throw new Error(`${String(tokens[at])} is left over in ${text}`)
  return evaluate
}
