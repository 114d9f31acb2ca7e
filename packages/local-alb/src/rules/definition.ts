import type { LambdaFunction } from '../targets/lambda-function.js'

/**
 * A load balancer as its owner describes it: one listener's rules and the target groups they name. Plain data, with
 * AWS's words; made from what `aws elbv2 describe-*` prints or written by hand.
 */
export interface LoadBalancerDefinition {
  /** In order of evaluation; the default rule last. */
  readonly rules: readonly Rule[]
  readonly targetGroups: readonly TargetGroupDefinition[]
}

export interface Rule {
  /** 1 to 50,000, or `default`. */
  readonly priority: number | 'default'
  readonly arn?: string
  /** All must hold; none for the default rule. */
  readonly conditions: readonly Condition[]
  readonly action: Action
  readonly transforms?: readonly Transform[]
}

/** Holds when one of its values matches. `regex` values are regular expressions, others may hold `*` and `?`. */
export type Condition =
  | { readonly field: 'host-header'; readonly values: readonly string[]; readonly regex: boolean }
  | { readonly field: 'path-pattern'; readonly values: readonly string[]; readonly regex: boolean }
  | {
      readonly field: 'http-header'
      readonly name: string
      readonly values: readonly string[]
      readonly regex: boolean
    }
  | { readonly field: 'http-request-method'; readonly values: readonly string[] }
  | {
      readonly field: 'query-string'
      readonly values: readonly { readonly key?: string; readonly value: string }[]
    }
  /** CIDR blocks. */
  | { readonly field: 'source-ip'; readonly values: readonly string[] }

export interface Transform {
  readonly type: 'host-header-rewrite' | 'url-rewrite'
  readonly rewrites: readonly { readonly regex: string; readonly replace: string }[]
}

export type Action = ForwardAction | RedirectAction | FixedResponseAction

export interface ForwardAction {
  readonly type: 'forward'
  /** One to five. */
  readonly targetGroups: readonly { readonly arn: string; readonly weight: number }[]
  /** Group stickiness, by the cookie `AWSALBTG`. */
  readonly stickinessSeconds?: number
}

export interface RedirectAction {
  readonly type: 'redirect'
  readonly status: 301 | 302
  /** Each may hold `#{protocol}`, `#{host}`, `#{port}`, `#{path}`, `#{query}`, as in AWS. */
  readonly protocol: string
  readonly host: string
  readonly port: string
  readonly path: string
  readonly query: string
}

export interface FixedResponseAction {
  readonly type: 'fixed-response'
  readonly status: number
  readonly contentType?: string
  readonly body: string
}

export interface TargetGroupDefinition {
  readonly arn: string
  readonly name: string
  readonly type: 'lambda' | 'instance' | 'ip' | 'alb'
  /** `lambda.multi_value_headers.enabled`. */
  readonly multiValueHeaders: boolean
  readonly healthCheck?: HealthCheckDefinition
  /**
   * What stands for it on this machine. Several for a group of instances (round robin), at most one for a function.
   * None: 503, as for a group without registered targets.
   */
  readonly targets: readonly TargetDefinition[]
}

/** The last: a function that is already there, such as one in this process; for programs, not for files. */
export type TargetDefinition = InstanceTargetDefinition | FunctionTargetDefinition | LambdaFunction

export interface InstanceTargetDefinition {
  readonly kind: 'instance'
  /** Origin of an HTTP server: `http://127.0.0.1:3000`. */
  readonly url: string
}

/** A function; what is left out has the defaults of `FunctionOptions`. */
export interface FunctionTargetDefinition {
  readonly kind: 'lambda'
  /** Absolute path of the function's file, such as `/home/me/app/dist/lambda.mjs`. */
  readonly file: string
  readonly handler?: string
  readonly timeoutSeconds?: number
  readonly memoryMb?: number
  readonly concurrency?: number
  readonly env?: Readonly<Record<string, string>>
}

export interface HealthCheckDefinition {
  readonly path: string
  readonly intervalSeconds: number
  readonly timeoutSeconds: number
  readonly healthyThreshold: number
  readonly unhealthyThreshold: number
  /** Success codes as AWS writes them: `200`, `200,202`, `200-299`. */
  readonly matcher: string
}
