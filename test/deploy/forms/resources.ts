import { surroundings } from './forms.js'

/** A resource as CloudFormation describes it; every reference is one of the texts that `reference` makes. */
export interface Resource {
  readonly type: string
  readonly properties: Readonly<Record<string, unknown>>
  /** Kinds of resources that must be there before it, besides those it refers to. */
  readonly after?: readonly string[]
}

const arn = (rest: string): string =>
  `arn:${surroundings.partition}:elasticloadbalancing:${surroundings.region}:${surroundings.account}:${rest}`

/** The value of another resource's attribute, the same text in all forms. */
export function reference(kind: string, attribute: string): string {
  // What the forms take apart has parts.
  if (/^\w+ listener$/i.test(kind) && attribute === 'arn') {
    return arn(`listener/app/own/0011223344556677/${kind.replace(' ', '-')}`)
  }
  return `<${kind}: ${attribute}>`
}

/** What a resource is called here, in place of a logical id: one name for each in every form. */
export function toKind(type: string, properties: Readonly<Record<string, unknown>>): string {
  const short = type.replace(/^AWS::/, '')
  switch (type) {
    case 'AWS::CloudWatch::Alarm':
      return `alarm ${String(properties['AlarmName'])}`
    case 'AWS::ElasticLoadBalancingV2::Listener':
      return `${String(properties['Protocol'])} listener`
    case 'AWS::ElasticLoadBalancingV2::ListenerRule':
      return JSON.stringify(properties['Conditions']).includes('http-header') ? 'test rule' : 'rule'
    default:
      return short
  }
}

/** The resources by kind, with what has no order put into one. */
export function toComparable(resources: readonly Resource[]): Record<string, unknown> {
  const entries = resources.map(({ type, properties, after }) => [
    toKind(type, properties),
    { ...(normalize(properties) as object), ...(after === undefined ? {} : { after }) },
  ])
  const kinds = resources.map(({ type, properties }) => toKind(type, properties))
  if (new Set(kinds).size !== kinds.length) throw new Error(`Some kinds twice: ${kinds.join(', ')}`)
  return Object.fromEntries(entries) as Record<string, unknown>
}

/** Sets that are written as lists, by the property that holds them. */
const SETS = new Set([
  'Action',
  'Actions',
  'AlarmActions',
  'Conditions',
  'Dimensions',
  'ManagedPolicyArns',
  'Metrics',
  'Policies',
  'SecurityGroupIngress',
  'TargetGroups',
])

/** Numbers and booleans as texts, as CloudFormation's parameters are; sets sorted; a lone `Action` as a list. */
function normalize(value: unknown, property?: string): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => normalize(item))
    return property !== undefined && SETS.has(property)
      ? items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
      : items
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, item]) => [
          key,
          key === 'Action' && typeof item === 'string' ? [item] : normalize(item, key),
        ]),
    )
  }
  return String(value)
}
