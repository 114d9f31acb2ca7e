/** AWS's Query protocol, of which elbv2 speaks: form fields in, XML out. */

/** Nested objects and lists out of `Actions.member.1.ForwardConfig.TargetGroups.member.2.Weight=10`. */
export function parseQuery(body: string): Readonly<Record<string, unknown>> {
  const root: Tree = {}
  for (const [path, value] of new URLSearchParams(body)) {
    const names = path.split('.')
    const last = names.pop() ?? ''
    let tree = root
    for (const name of names) {
      tree[name] ??= {}
      tree = tree[name] as Tree
    }
    tree[last] = value
  }
  return toValue(root) as Readonly<Record<string, unknown>>
}

interface Tree {
  [name: string]: string | Tree
}

const NUMBERS = new Set(['Weight', 'Order', 'DurationSeconds', 'SessionTimeout'])
const BOOLEANS = new Set(['Enabled', 'UseExistingClientSecret'])

function toValue(tree: Tree): unknown {
  const { member } = tree
  if (typeof member === 'object') {
    return Object.entries(member)
      .toSorted(([left], [right]) => Number(left) - Number(right))
      .map(([, item]) => (typeof item === 'string' ? item : toValue(item)))
  }
  return Object.fromEntries(
    Object.entries(tree).map(([name, value]) => [
      name,
      typeof value === 'string' ? toScalar(name, value) : toValue(value),
    ]),
  )
}

function toScalar(name: string, value: string): unknown {
  if (NUMBERS.has(name)) return Number(value)
  return BOOLEANS.has(name) ? value === 'true' : value
}

export function toXml(value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => `<member>${toXml(item)}</member>`).join('')
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([name, inner]) => `<${name}>${toXml(inner)}</${name}>`)
      .join('')
  }
  return String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

export function toResponse(action: string, result: object): string {
  return `<${action}Response xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"><${action}Result>${toXml(result)}</${action}Result><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></${action}Response>`
}

export function toErrorResponse(code: string, message: string): string {
  return `<ErrorResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${toXml(message)}</Message></Error><RequestId>1</RequestId></ErrorResponse>`
}
