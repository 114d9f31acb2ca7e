import { deploy, parseTemplate, type Deployed } from '../../deploy/forms/template.js'
import {
  type Account,
  createAccount,
  DEFAULT_RULE,
  EXISTING,
  FUNCTION,
  FUNCTION_ARN,
  LISTENER,
  RULE,
  tuplesOf,
} from '../../deploy/cut-over/account.js'
import { checkParameters } from './parameters.js'

export const LOAD_BALANCER = LISTENER.replace(':listener/', ':loadbalancer/').replace(
  /\/[^/]+$/,
  '',
)
const TEST_RULE = RULE.replace(/[^/]+$/, '0c3d2e1f4a5b6978')

/** What a rule says of itself in a template. */
interface RuleProperties {
  readonly Priority: string
  readonly Conditions: object[]
  readonly Actions: { readonly Type: string; readonly ForwardConfig?: object }[]
}

/** An account with servers behind a load balancer, in which a stack may be deployed. */
export class WalkAccount {
  /** The same that the cut-over command changes. */
  readonly account: Account
  /** What lies in S3, as `bucket/key`. */
  readonly objects = new Set<string>()
  readonly outputs = new Map<string, string>()
  /** Those of the last deployment. */
  parameters: Readonly<Record<string, string>> = {}
  #rules = new Map<string, string>()

  constructor() {
    this.account = createAccount()
    const { rules } = this.account
    rules.splice(0)
    rules.push({
      RuleArn: RULE.replace(/[^/]+$/, '1f2e3d4c5b6a7988'),
      Priority: '10',
      IsDefault: false,
      Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/internal/*'] } }],
      Actions: [
        {
          Type: 'fixed-response',
          FixedResponseConfig: { StatusCode: '404', ContentType: 'text/plain', MessageBody: '' },
        },
      ],
    })
    rules.push({
      RuleArn: DEFAULT_RULE,
      Priority: 'default',
      IsDefault: true,
      Conditions: [],
      Actions: [{ Type: 'forward', TargetGroupArn: EXISTING }],
    })
    this.account.alarms.splice(0)
    for (const arn of Object.keys(this.account.types)) {
      if (arn !== EXISTING) delete this.account.types[arn]
    }
  }

  /**
   * Deploys a template as CloudFormation does: parameters that are not given stay as they were, and a rule is written
   * when what the template says of it has changed.
   */
  deployStack(yaml: string, given: Readonly<Record<string, string>>): void {
    const template = parseTemplate(yaml)
    const parameters = { ...this.parameters, ...given }
    checkParameters(template, parameters)
    const code = `${parameters['CodeBucket']}/${parameters['CodeKey']}`
    if (!this.objects.has(code)) throw new Error(`There is no s3://${code}`)
    const { resources, outputs, refusals } = deploy(template, parameters)
    if (refusals.length > 0) throw new Error(refusals.join('\n'))
    this.parameters = parameters
    this.account.types[FUNCTION] = 'lambda'
    const alarms = resources.filter(({ type }) => type === 'AWS::CloudWatch::Alarm')
    this.account.alarms.splice(
      0,
      Infinity,
      ...alarms.map(({ properties }) => ({ name: String(properties['AlarmName']), state: 'OK' })),
    )
    for (const { type, properties } of resources) {
      if (type === 'AWS::ElasticLoadBalancingV2::ListenerRule') this.#writeRule(properties)
    }
    this.#setOutputs(outputs)
  }

  #writeRule(properties: Readonly<Record<string, unknown>>): void {
    const text = resolve(JSON.stringify(properties))
    const { Priority, Conditions, Actions } = JSON.parse(text) as RuleProperties
    const arn = text.includes('http-header') ? TEST_RULE : RULE
    // Not compared with the listener: the weights there may be others meanwhile.
    if (this.#rules.get(arn) === text) return
    this.#rules.set(arn, text)
    const { rules } = this.account
    const known = rules.findIndex(({ RuleArn }) => RuleArn === arn)
    const actions = Actions.map((action) => ({ ...action }))
    // Parameters are texts.
    for (const tuple of tuplesOf(actions)) tuple.Weight = Number.parseInt(String(tuple.Weight), 10)
    const rule = { RuleArn: arn, Priority, IsDefault: false, Conditions, Actions: actions }
    if (known === -1) rules.push(rule)
    else rules[known] = rule
    const order = ({ Priority: one }: { Priority: string }): number =>
      one === 'default' ? Infinity : Number(one)
    rules.sort((left, right) => (order(left) < order(right) ? -1 : 1))
  }

  #setOutputs(outputs: Deployed['outputs']): void {
    for (const [name, value] of Object.entries(outputs)) {
      this.outputs.set(name, resolve(String(value)))
    }
  }

  /** Whether a rule sends requests to the group. */
  isUsed(group: string): boolean {
    return JSON.stringify(this.account.rules).includes(group)
  }
}

/** The ARNs of what the template refers to. */
function resolve(text: string): string {
  return text
    .replaceAll('<ElasticLoadBalancingV2::TargetGroup: arn>', FUNCTION)
    .replaceAll('<Lambda::Alias: arn>', FUNCTION_ARN)
    .replaceAll('<rule: arn>', RULE)
    .replaceAll('<test rule: arn>', TEST_RULE)
    .replaceAll(/<alarm ([^:>]+): name>/g, '$1')
}
