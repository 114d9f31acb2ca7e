import {
  aws_iam as iam,
  aws_lambda as lambda,
  aws_logs as logs,
  aws_s3 as s3,
  ArnFormat,
  Duration,
  RemovalPolicy,
  Stack,
} from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import type { Settings } from './props.js'

/** The name of the alias that the load balancer invokes. */
export const ALIAS = 'live'

/** Lambda's limit. */
const MAX_DESCRIPTION_LENGTH = 256

/** The function, a published version of it, and the alias `live` on that. */
export function createFunction(
  scope: Construct,
  settings: Settings,
  code: lambda.Code | undefined,
): { readonly function: lambda.Function; readonly alias: lambda.Alias } {
  const logGroup = new logs.LogGroup(scope, 'LogGroup', {
    logGroupName: `/aws/lambda/${settings.name}`,
    removalPolicy: RemovalPolicy.DESTROY,
  })
  // As a number: CDK's own property takes an enumeration.
  const logGroupResource = logGroup.node.defaultChild as logs.CfnLogGroup
  logGroupResource.retentionInDays = settings.logRetentionDays

  const created = new lambda.Function(scope, 'Function', {
    functionName: settings.name,
    description: toDescription(settings),
    code: code ?? toCode(scope, settings),
    handler: settings.handler,
    runtime: new lambda.Runtime(settings.runtime, lambda.RuntimeFamily.NODEJS),
    architecture:
      settings.architecture === 'arm64' ? lambda.Architecture.ARM_64 : lambda.Architecture.X86_64,
    memorySize: settings.memorySizeMb,
    timeout: Duration.seconds(settings.timeoutSeconds),
    environment: { NODE_ENV: 'production', ...settings.environment },
    role: createRole(scope, settings, logGroup),
    logGroup,
    loggingFormat: lambda.LoggingFormat.TEXT,
    ...(settings.reservedConcurrency === -1
      ? {}
      : { reservedConcurrentExecutions: settings.reservedConcurrency }),
    // An old version stays, so that the alias can be moved back to it.
    currentVersionOptions: {
      description: toDescription(settings),
      removalPolicy: RemovalPolicy.RETAIN,
    },
  })
  if (settings.subnetIds.length > 0) {
    // By ids alone: CDK's own way needs the VPC, and asks AWS for it while it synthesizes.
    const resource = created.node.defaultChild as lambda.CfnFunction
    resource.vpcConfig = {
      subnetIds: [...settings.subnetIds],
      securityGroupIds: [...settings.securityGroupIds],
    }
  }
  // `currentVersion` is another one as soon as code or configuration change.
  const alias = new lambda.Alias(scope, 'Alias', {
    aliasName: ALIAS,
    // CDK's types are not made for `exactOptionalPropertyTypes`.
    version: created.currentVersion as lambda.IVersion,
  })
  return { function: created, alias }
}

/** What a version is, readable in the console. */
function toDescription(settings: Settings): string {
  return [
    settings.handler,
    settings.runtime,
    settings.architecture,
    `${settings.memorySizeMb} MB`,
    `${settings.timeoutSeconds} s`,
    settings.codeKey,
    settings.codeObjectVersion,
    settings.release,
  ]
    .join(' ')
    .slice(0, MAX_DESCRIPTION_LENGTH)
}

function toCode(scope: Construct, settings: Settings): lambda.Code {
  if (settings.codePath !== '') return lambda.Code.fromAsset(settings.codePath)
  const bucket = s3.Bucket.fromBucketName(scope, 'CodeBucket', settings.codeBucket)
  const version = settings.codeObjectVersion === '' ? undefined : settings.codeObjectVersion
  return lambda.Code.fromBucket(bucket, settings.codeKey, version)
}

/**
 * A role that may write to its own log and nothing else. Lambda's managed policies would let it write to every log of
 * the account.
 */
function createRole(scope: Construct, settings: Settings, logGroup: logs.LogGroup): iam.Role {
  return new iam.Role(scope, 'Role', {
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    managedPolicies: settings.policyArns.map((arn, index) =>
      iam.ManagedPolicy.fromManagedPolicyArn(scope, `Policy${index}`, arn),
    ),
    inlinePolicies: {
      log: new iam.PolicyDocument({
        statements: [
          new iam.PolicyStatement({
            actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
            resources: [logGroup.logGroupArn],
          }),
        ],
      }),
      ...(settings.subnetIds.length === 0 ? {} : { vpc: createVpcPolicy(scope, settings.name) }),
    },
  })
}

/**
 * Lambda joins the function to the VPC with the function's role. The function's own code gets nothing of that: AWS's
 * page on VPC access denies it to requests that come from the function.
 */
function createVpcPolicy(scope: Construct, functionName: string): iam.PolicyDocument {
  const functionArn = Stack.of(scope).formatArn({
    service: 'lambda',
    resource: 'function',
    resourceName: functionName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  })
  const actions = [
    'ec2:AssignPrivateIpAddresses',
    'ec2:CreateNetworkInterface',
    'ec2:DeleteNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:UnassignPrivateIpAddresses',
  ]
  return new iam.PolicyDocument({
    statements: [
      new iam.PolicyStatement({ actions, resources: ['*'] }),
      new iam.PolicyStatement({
        effect: iam.Effect.DENY,
        actions,
        resources: ['*'],
        conditions: { ArnEquals: { 'lambda:SourceFunctionArn': functionArn } },
      }),
    ],
  })
}
