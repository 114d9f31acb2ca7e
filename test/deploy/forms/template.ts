import { parseDocument, type CollectionTag, type ScalarTag } from 'yaml'
import { surroundings, toPascal, type Values, toText } from './forms.js'
import { reference, toKind, type Resource } from './resources.js'

type Json = Readonly<Record<string, unknown>>

export interface Template {
  readonly Parameters?: Readonly<Record<string, Json>>
  readonly Conditions?: Json
  readonly Rules?: Readonly<Record<string, Json>>
  readonly Resources: Readonly<
    Record<string, Json & { readonly Type: string; readonly Properties?: Json }>
  >
  readonly Outputs?: Readonly<Record<string, Json>>
}

const SHORT_FORMS = ['And', 'Equals', 'If', 'Join', 'Not', 'Or', 'Select', 'Split', 'Sub']

/** A YAML template with its short forms (`!Ref`, `!Sub`) written out. */
export function parseTemplate(yaml: string): Template {
  const scalar = (tag: string, toValue: (text: string) => unknown): ScalarTag => ({
    tag,
    resolve: toValue,
  })
  const list = (tag: string): CollectionTag => ({
    tag: `!${tag}`,
    collection: 'seq',
    resolve: (node) => {
      const items = (node as unknown as { toJSON: () => unknown }).toJSON()
      return { [`Fn::${tag}`]: items }
    },
  })
  const customTags = [
    scalar('!Ref', (name) => ({ Ref: name })),
    scalar('!Sub', (text) => ({ 'Fn::Sub': text })),
    scalar('!GetAtt', (path) => ({ 'Fn::GetAtt': path.split('.') })),
    ...SHORT_FORMS.map(list),
  ]
  const document = parseDocument(yaml, { customTags })
  const [problem] = [...document.errors, ...document.warnings]
  if (problem !== undefined) throw problem
  return JSON.parse(JSON.stringify(document.toJS())) as Template
}

/** Parameters as `--parameter-overrides` takes them: texts. */
export function toParameters(values: Values): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [toPascal(name), toText(value)]),
  )
}

export interface Deployed {
  readonly resources: readonly Resource[]
  readonly outputs: Readonly<Record<string, unknown>>
  /** Assertions of the template's rules that do not hold. */
  readonly refusals: readonly string[]
}

const NO_VALUE = Symbol('AWS::NoValue')

/** What CloudFormation would make: conditions decided, functions evaluated, references as `reference` writes them. */
export function deploy(template: Template, given: Readonly<Record<string, string>> = {}): Deployed {
  const parameters = new Map<string, unknown>(
    Object.entries(template.Parameters ?? {}).map(([name, { Type, Default }]) => {
      const value = String(given[name] ?? Default)
      return [name, Type === 'CommaDelimitedList' ? value.split(',') : value]
    }),
  )
  for (const name of Object.keys(given)) {
    if (!parameters.has(name)) throw new Error(`There is no parameter ${name}`)
  }
  const holds = (condition: string): boolean => {
    const definition = template.Conditions?.[condition]
    if (definition === undefined) throw new Error(`There is no condition ${condition}`)
    return evaluate(definition) === true
  }
  const resourceOf = (id: string): { type: string; kind: string } => {
    const resource = template.Resources[id]
    if (resource === undefined) throw new Error(`Nothing is called ${id}`)
    const condition = resource['Condition'] as string | undefined
    if (condition !== undefined && !holds(condition)) throw new Error(`${id} is not made`)
    return { type: resource.Type, kind: toKind(resource.Type, naming(resource)) }
  }
  /** The properties that make a resource's kind, which refer to no other resource. */
  const naming = ({ Properties }: { readonly Properties?: Json }): Json =>
    Object.fromEntries(
      ['AlarmName', 'Protocol', 'Conditions']
        .filter((name) => Properties?.[name] !== undefined)
        .map((name) => [name, evaluate(Properties?.[name])]),
    )
  const refer = (id: string, attribute: string): unknown => {
    const { type, kind } = resourceOf(id)
    const name = attributeNames[type]?.[attribute]
    if (name === undefined) throw new Error(`${attribute} of ${type} is not known here`)
    return reference(kind, name)
  }
  const ref = (name: string): unknown => {
    if (name === 'AWS::NoValue') return NO_VALUE
    if (name === 'AWS::Partition') return surroundings.partition
    if (name === 'AWS::Region') return surroundings.region
    if (name === 'AWS::AccountId') return surroundings.account
    return parameters.has(name) ? parameters.get(name) : refer(name, 'Ref')
  }
  const call = (name: string, argument: unknown): unknown => {
    switch (name) {
      case 'Ref':
        return ref(argument as string)
      case 'Fn::GetAtt': {
        const [id, ...attribute] = argument as string[]
        return refer(String(id), attribute.join('.'))
      }
      case 'Fn::If': {
        const [condition, then, otherwise] = argument as [string, unknown, unknown]
        return evaluate(holds(condition) ? then : otherwise)
      }
      case 'Fn::Sub':
        return (argument as string).replaceAll(/\$\{([^}]+)\}/g, (_match, path: string) => {
          const [id = '', ...attribute] = path.split('.')
          return String(attribute.length === 0 ? ref(id) : refer(id, attribute.join('.')))
        })
    }
    const [first, second] = evaluate(argument) as unknown[]
    switch (name) {
      case 'Fn::Equals':
        return String(first) === String(second)
      case 'Fn::Not':
        return first !== true
      case 'Fn::And':
        return (evaluate(argument) as unknown[]).every((item) => item === true)
      case 'Fn::Or':
        return (evaluate(argument) as unknown[]).includes(true)
      case 'Fn::Contains':
        return (first as unknown[]).includes(second)
      case 'Fn::Join':
        return (second as unknown[]).join(first as string)
      case 'Fn::Split':
        return (second as string).split(first as string)
      case 'Fn::Select': {
        const selected = (second as unknown[])[Number(first)]
        if (selected === undefined) throw new Error(`Fn::Select ${String(first)} finds nothing`)
        return selected
      }
      default:
        throw new Error(`${name} is not known here`)
    }
  }
  const evaluate = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(evaluate).filter((item) => item !== NO_VALUE)
    if (typeof value !== 'object' || value === null) return value
    const entries = Object.entries(value)
    const [[key, argument] = ['', undefined]] = entries
    if (entries.length === 1 && (key === 'Ref' || key.startsWith('Fn::')))
      return call(key, argument)
    return Object.fromEntries(
      entries.map(([name, item]) => [name, evaluate(item)]).filter(([, item]) => item !== NO_VALUE),
    )
  }
  const isMade = ({ Condition: condition }: Json): boolean =>
    condition === undefined || holds(condition as string)

  const refusals = Object.values(template.Rules ?? {})
    .filter(
      (rule) => rule['RuleCondition'] === undefined || evaluate(rule['RuleCondition']) === true,
    )
    .flatMap((rule) => rule['Assertions'] as Json[])
    .filter((assertion) => evaluate(assertion['Assert']) !== true)
    .map((assertion) => String(assertion['AssertDescription']))
  if (refusals.length > 0) return { resources: [], outputs: {}, refusals }

  return {
    resources: Object.values(template.Resources)
      .filter(isMade)
      .map((resource) => {
        const dependsOn = [resource['DependsOn'] ?? []].flat() as string[]
        // A dependency on what is referred to anyhow says nothing more.
        const text = JSON.stringify(resource.Properties)
        const after = dependsOn.filter((id) => !text.includes(`"${id}"`))
        return {
          type: resource.Type,
          properties: {
            ...(evaluate(resource.Properties ?? {}) as Json),
            ...(resource['UpdateReplacePolicy'] === undefined
              ? {}
              : { UpdateReplacePolicy: resource['UpdateReplacePolicy'] }),
          },
          ...(after.length === 0 ? {} : { after: after.map((id) => resourceOf(id).kind) }),
        }
      }),
    outputs: Object.fromEntries(
      Object.entries(template.Outputs ?? {})
        .filter(([, output]) => isMade(output))
        .map(([name, output]) => [name, evaluate(output['Value'])]),
    ),
    refusals,
  }
}

/** What `Ref` and `Fn::GetAtt` give, by type. */
const attributeNames: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'AWS::CloudWatch::Alarm': { Ref: 'name' },
  'AWS::EC2::SecurityGroup': { GroupId: 'id' },
  'AWS::ElasticLoadBalancingV2::Listener': { Ref: 'arn' },
  'AWS::ElasticLoadBalancingV2::ListenerRule': { Ref: 'arn' },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': { Ref: 'arn', DNSName: 'dns name' },
  'AWS::ElasticLoadBalancingV2::TargetGroup': { Ref: 'arn', TargetGroupFullName: 'full name' },
  'AWS::IAM::Role': { Arn: 'arn' },
  'AWS::Lambda::Alias': { Ref: 'arn' },
  'AWS::Lambda::Function': { Ref: 'name' },
  'AWS::Lambda::Version': { Version: 'number' },
  'AWS::Logs::LogGroup': { Ref: 'name', Arn: 'arn with streams' },
}
