import {
  type aws_cloudwatch as cloudwatch,
  type aws_elasticloadbalancingv2 as elbv2,
  Fn,
  type aws_lambda as lambda,
} from 'aws-cdk-lib'
import { Construct } from 'constructs'
import { createAlarms } from './alarms.js'
import { createFunction } from './function.js'
import { createLoadBalancer } from './load-balancer.js'
import type { AlbFunctionProps } from './props.js'
import { createRules } from './rules.js'
import { toSettings } from './settings.js'
import { createTargetGroup } from './target-group.js'

/**
 * A Lambda function behind an Application Load Balancer: the one you have, beside the target group that has the traffic
 * now, or a new one.
 *
 * The weights are those of the first deployment. Who moves traffic changes them on the listener; CloudFormation does
 * not look, and writes its own again as soon as anything about the rule changes.
 */
export class AlbFunction extends Construct {
  /** For permissions and triggers of your own: `bucket.grantRead(it.function)`. */
  readonly function: lambda.Function
  /** `live`: what the load balancer invokes. */
  readonly alias: lambda.Alias
  readonly targetGroup: elbv2.CfnTargetGroup
  /** The rule that shares the traffic. */
  readonly rule: elbv2.CfnListenerRule
  /** The rule of the test header; undefined where there is none. */
  readonly testRule: elbv2.CfnListenerRule | undefined
  readonly alarms: readonly cloudwatch.CfnAlarm[]
  readonly listenerArn: string
  /** The load balancer, where this made one. */
  readonly loadBalancer: elbv2.CfnLoadBalancer | undefined

  /** @throws an error that names each property that is not right. */
  constructor(scope: Construct, id: string, props: AlbFunctionProps) {
    super(scope, id)
    const settings = toSettings(props)
    const created = createFunction(this, settings, props.code)
    this.function = created.function
    this.alias = created.alias
    this.targetGroup = createTargetGroup(this, settings, this.alias)

    const own = settings.createLoadBalancer ? createLoadBalancer(this, settings) : undefined
    this.loadBalancer = own?.loadBalancer
    this.listenerArn = own?.listener.ref ?? settings.listenerArn
    const { rule, testRule } = createRules(this, settings, this.listenerArn, this.targetGroup.ref)
    this.rule = rule
    this.testRule = testRule
    this.alarms = createAlarms(this, settings, {
      loadBalancer: toLoadBalancerName(this.listenerArn),
      targetGroup: this.targetGroup.attrTargetGroupFullName,
    })
  }
}

/** `app/<name>/<id>` of `arn:…:listener/app/<name>/<id>/<listener id>`; of an ARN that is a token, too. */
function toLoadBalancerName(listenerArn: string): string {
  const parts = Fn.split('/', listenerArn)
  return Fn.join(
    '/',
    [1, 2, 3].map((index) => Fn.select(index, parts)),
  )
}
