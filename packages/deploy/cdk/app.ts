import { App, CfnOutput, Stack, type AppProps } from 'aws-cdk-lib'
import { AlbFunction } from './alb-function.js'
import { toProps } from './context.js'

/**
 * An app of one stack with one {@link AlbFunction}, whose properties are the app's context: what `cdk.json` and `cdk -c
 * name=value` say. The stack has the function's name.
 *
 * @throws an error that names each value that is missing, unknown or not right.
 */
export function createApp(props?: AppProps): App {
  const app = new App(props)
  const albProps = toProps(app.node.getAllContext() as Readonly<Record<string, unknown>>)
  const account = process.env['CDK_DEFAULT_ACCOUNT']
  const region = process.env['CDK_DEFAULT_REGION']
  const stack = new Stack(app, 'AlbFunction', {
    stackName: albProps.name,
    description: 'A Lambda function behind an Application Load Balancer',
    env: {
      ...(account === undefined ? {} : { account }),
      ...(region === undefined ? {} : { region }),
    },
  })
  createOutputs(stack, new AlbFunction(stack, 'AlbFunction', albProps))
  return app
}

function createOutputs(stack: Stack, made: AlbFunction): readonly CfnOutput[] {
  const outputs = {
    FunctionName: made.function.functionName,
    AliasArn: made.alias.functionArn,
    TargetGroupArn: made.targetGroup.ref,
    ListenerArn: made.listenerArn,
    RuleArn: made.rule.ref,
    TestRuleArn: made.testRule?.ref,
    AlarmNames: made.alarms.map((alarm) => alarm.ref).join(','),
    LoadBalancerDnsName: made.loadBalancer?.attrDnsName,
  }
  return Object.entries(outputs).flatMap(([id, value]) =>
    value === undefined ? [] : [new CfnOutput(stack, id, { value })],
  )
}
