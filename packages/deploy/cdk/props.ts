import type { aws_lambda as lambda } from 'aws-cdk-lib'

/**
 * What an {@link AlbFunction} is made from. Names, defaults and meanings are those of the CloudFormation template's
 * parameters and of the Terraform module's variables, in each one's letter case. An empty text stands for "none".
 */
export interface AlbFunctionProps {
  /** Name of the function and of its target group, and the beginning of the alarms' names. 1 to 32 of `A-Za-z0-9-`. */
  readonly name: string

  // Where requests come from

  /** ARN of the load balancer's listener that you have. Needed unless `createLoadBalancer` is set. */
  readonly listenerArn?: string
  /** ARN of the target group that has the traffic now. Without one the function gets all of it. Default: none. */
  readonly existingTargetGroupArn?: string
  /**
   * Priority of the rule that shares the traffic, 1 to 50,000, the lowest number first. Default 40,000: behind all
   * rules that you have, before the listener's default action.
   */
  readonly rulePriority?: number
  /** Paths of the rule, of which one must match. Default `/*`: all. */
  readonly pathPatterns?: readonly string[]
  /** Host names of the rule, of which one must match. With the paths five at most, four with a test rule. Default: any. */
  readonly hostHeaders?: readonly string[]
  /** The function's weight against `existingWeight`, 0 to 999. Default 0: no request. */
  readonly functionWeight?: number
  /** The existing target group's weight, 0 to 999. Default 100, so that `functionWeight` reads as a share at first. */
  readonly existingWeight?: number
  /** How many seconds a client stays with the group it got, up to 604,800. Default 0: each request is dealt anew. */
  readonly stickinessSeconds?: number
  /** Header of the rule that sends requests to the function only. Default `x-express-alb-test`. */
  readonly testHeaderName?: string
  /** Its value, 8 to 128 of `A-Za-z0-9_-`: whoever knows it reaches the function. Empty: no such rule. */
  readonly testHeaderValue: string
  /** Priority of that rule: a lower number than `rulePriority`. Default 39,999. */
  readonly testRulePriority?: number

  // The function

  /** The code in any of CDK's forms. In place of `codePath` and `codeBucket`; CDK only. */
  readonly code?: lambda.Code
  /** A folder or zip on this machine. CDK and Terraform only: CloudFormation reads no files. */
  readonly codePath?: string
  /** S3 bucket of the zip, in the function's Region. */
  readonly codeBucket?: string
  /** S3 key of the zip. A new one for each release. */
  readonly codeKey?: string
  /** S3 version of the zip. Default: the newest. */
  readonly codeObjectVersion?: string
  /** What the release is called, such as a git commit. Part of the description of each version. Default: nothing. */
  readonly release?: string
  /** File and export. Default `index.handler`. */
  readonly handler?: string
  /** `nodejs22.x` (default) or `nodejs24.x`. */
  readonly runtime?: string
  /** `arm64` (default) or `x86_64`. */
  readonly architecture?: string
  /** Memory in MB, and with it the share of a processor. Default 1,024. */
  readonly memorySizeMb?: number
  /** How long an invocation may take, in seconds; less than `idleTimeoutSeconds`. Default 30. */
  readonly timeoutSeconds?: number
  /** Environment variables, besides `NODE_ENV=production`. Default: none. */
  readonly environment?: Readonly<Record<string, string>>
  /** How many invocations may run at once, taken from the account's pool. Default -1: no limit of its own. */
  readonly reservedConcurrency?: number
  /** ARNs of further policies for the function's role. Default: none, it may write its log. */
  readonly policyArns?: readonly string[]
  /** How long the log is kept, in days. Default 30. */
  readonly logRetentionDays?: number
  /** Subnets of the function, where it must reach into a VPC. Default: none. */
  readonly subnetIds?: readonly string[]
  /** Security groups of the function; with `subnetIds`. Default: none. */
  readonly securityGroupIds?: readonly string[]

  // The target group

  /** Whether all values of a repeated header or parameter travel. Default true. */
  readonly multiValueHeaders?: boolean
  /** Whether the load balancer probes the function; each probe is an invocation. Default false. */
  readonly healthCheck?: boolean
  /** What it asks for. Default `/health`. */
  readonly healthCheckPath?: string

  // Alarms. Counts are per minute; at the number itself the alarm goes off.

  /** Responses of the app with a 5xx status. Default 5. */
  readonly alarmTarget5xxCount?: number
  /** Requests that the load balancer answered in the function's place, such as a 502. Default 5. */
  readonly alarmLoadBalancerErrorCount?: number
  /** Invocations that threw, crashed or ran out of time. Default 1. */
  readonly alarmFunctionErrorCount?: number
  /** Invocations that were refused for want of concurrency. Default 1. */
  readonly alarmThrottleCount?: number
  /** Duration of the slowest hundredth (p99), in percent of the timeout. Default 80. */
  readonly alarmDurationPercent?: number
  /** For how many minutes in a row. Default 1. */
  readonly alarmEvaluationMinutes?: number
  /** ARN of an SNS topic that is told. Default: none. */
  readonly alarmTopicArn?: string

  // A load balancer, for those who have none

  /** Whether to make one, with an HTTPS listener and a redirect to it. Default false. */
  readonly createLoadBalancer?: boolean
  /** Its VPC. */
  readonly vpcId?: string
  /** Its subnets, in two Availability Zones at least. */
  readonly loadBalancerSubnetIds?: readonly string[]
  /** ARN of the certificate of its HTTPS listener, in the same Region. */
  readonly certificateArn?: string
  /** `internet-facing` (default) or `internal`. */
  readonly loadBalancerScheme?: string
  /** Who may connect to it, as a CIDR block. Default `0.0.0.0/0`. */
  readonly ingressCidr?: string
  /** Its idle timeout; without `createLoadBalancer`, that of the one you have. Default 60. */
  readonly idleTimeoutSeconds?: number
}

/** The properties that everybody must give. */
export type RequiredName = 'name' | 'testHeaderValue'

/** All properties with their values, except `code`, which only CDK knows. */
export type Settings = Readonly<Required<Omit<AlbFunctionProps, 'code'>>>
