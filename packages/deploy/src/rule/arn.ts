/** What the ARN of a listener or of one of its rules tells. */
export interface ListenerArn {
  readonly region: string
  readonly listenerArn: string
  /** As the `LoadBalancer` dimension of CloudWatch's metrics has it: `app/<name>/<id>`. */
  readonly loadBalancer: string
}

export interface RuleArn extends ListenerArn {
  readonly ruleArn: string
  readonly ruleId: string
}

// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html
const PREFIX = String.raw`^(arn:aws[a-z-]*:elasticloadbalancing:([a-z0-9-]+):\d{12}):`
const LISTENER = new RegExp(String.raw`${PREFIX}listener/(app/[^/\s]+/[^/\s]+)/([^/\s]+)$`)
const RULE = new RegExp(
  String.raw`${PREFIX}listener-rule/(app/[^/\s]+/[^/\s]+)/([^/\s]+)/([^/\s]+)$`,
)

/** Undefined where it is not the ARN of an Application Load Balancer's listener. */
export function parseListenerArn(text: string): ListenerArn | undefined {
  const [, , region, loadBalancer] = LISTENER.exec(text) ?? []
  if (region === undefined || loadBalancer === undefined) return undefined
  return { region, listenerArn: text, loadBalancer }
}

/** Undefined where it is not the ARN of a rule of an Application Load Balancer's listener. */
export function parseRuleArn(text: string): RuleArn | undefined {
  const [, prefix, region, loadBalancer, listenerId, ruleId] = RULE.exec(text) ?? []
  if (
    prefix === undefined ||
    region === undefined ||
    loadBalancer === undefined ||
    listenerId === undefined ||
    ruleId === undefined
  ) {
    return undefined
  }
  const listenerArn = `${prefix}:listener/${loadBalancer}/${listenerId}`
  return { region, listenerArn, loadBalancer, ruleArn: text, ruleId }
}

/** As the `TargetGroup` dimension of CloudWatch's metrics has it: `targetgroup/<name>/<id>`. */
export function targetGroupDimension(arn: string): string {
  return arn.slice(arn.lastIndexOf(':') + 1)
}

export function targetGroupName(arn: string): string {
  return targetGroupDimension(arn).split('/')[1] ?? arn
}
