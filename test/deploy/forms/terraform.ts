import type { Module, PlannedResource } from './module.js'
import { plan, toVariables } from './module.js'
import type { Values } from './forms.js'
import { reference, toKind, type Resource } from './resources.js'

type Json = Readonly<Record<string, unknown>>

/** A plan in CloudFormation's words. */
export function deployModule(
  module: Module,
  values: Values,
): {
  readonly resources: readonly Resource[]
  readonly outputs: Json
  readonly refusals: readonly string[]
} {
  const { resources, outputs, refusals } = plan(module, toVariables(module, values), refer)
  return { resources: toCloudFormation(resources), outputs, refusals }
}

/** CloudFormation's types, and what the attributes that other resources use are called in `reference`. */
const types: Readonly<Record<string, readonly [string, Readonly<Record<string, string>>]>> = {
  aws_cloudwatch_log_group: ['AWS::Logs::LogGroup', { name: 'name', arn: 'arn' }],
  aws_cloudwatch_metric_alarm: ['AWS::CloudWatch::Alarm', { alarm_name: 'name' }],
  aws_iam_role: ['AWS::IAM::Role', { arn: 'arn', id: 'name', name: 'name' }],
  aws_lambda_alias: ['AWS::Lambda::Alias', { arn: 'arn', name: 'name' }],
  aws_lambda_function: ['AWS::Lambda::Function', { function_name: 'name', version: 'version' }],
  aws_lb: ['AWS::ElasticLoadBalancingV2::LoadBalancer', { arn: 'arn', dns_name: 'dns name' }],
  aws_lb_listener: ['AWS::ElasticLoadBalancingV2::Listener', { arn: 'arn' }],
  aws_lb_listener_rule: ['AWS::ElasticLoadBalancingV2::ListenerRule', { arn: 'arn' }],
  aws_lb_target_group: [
    'AWS::ElasticLoadBalancingV2::TargetGroup',
    { arn: 'arn', arn_suffix: 'full name' },
  ],
  aws_security_group: ['AWS::EC2::SecurityGroup', { id: 'id' }],
}

const refer = ({ type, name, attributes }: PlannedResource, attribute: string): unknown => {
  const [target, names] = types[type] ?? []
  const known = names?.[attribute]
  if (target === undefined || known === undefined) {
    throw new Error(`${type}.${attribute} is not known here`)
  }
  const kind = toKind(target, {
    AlarmName: attributes['alarm_name'],
    Protocol: attributes['protocol'],
    Conditions: name === 'test' ? ['http-header'] : [],
  })
  const value = reference(kind, known)
  if (known === 'arn' && type === 'aws_cloudwatch_log_group') {
    // Without the `:*` of CloudFormation's.
    return `${reference(kind, 'arn with streams')} without streams`
  }
  return value
}

/**
 * Attributes, each of which must be taken: what nobody translates is an error, so that nothing escapes the comparison.
 */
class Attributes {
  readonly #from: string
  readonly #left: Map<string, unknown>

  constructor(from: string, attributes: unknown) {
    this.#from = from
    this.#left = new Map(Object.entries(attributes as object))
  }

  /** The value; undefined where there is none. */
  take(name: string): unknown {
    const value = this.#left.get(name)
    this.#left.delete(name)
    return value
  }

  /** The blocks of this name. */
  blocks(name: string): Attributes[] {
    const blocks = (this.take(name) ?? []) as unknown[]
    return blocks.map((block) => new Attributes(`${this.#from}.${name}`, block))
  }

  /** The block of this name, of which there is one or none. */
  block(name: string): Attributes | undefined {
    return this.blocks(name)[0]
  }

  end(): void {
    if (this.#left.size > 0) {
      throw new Error(`${this.#from}: nobody compares ${[...this.#left.keys()].join(', ')}`)
    }
  }
}

/** The object without what is undefined. */
const defined = (object: Json): Json =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))

function toCloudFormation(resources: readonly PlannedResource[]): readonly Resource[] {
  const of = (type: string): Attributes[] =>
    resources
      .filter((resource) => resource.type === type)
      .map((resource) => new Attributes(`${type}.${resource.name}`, resource.attributes))
  const known = new Set([
    ...Object.keys(types),
    'aws_iam_role_policy',
    'aws_iam_role_policy_attachment',
    'aws_lambda_permission',
    'aws_lb_target_group_attachment',
  ])
  const unknown = resources.find(({ type }) => !known.has(type))
  if (unknown !== undefined) throw new Error(`Nobody compares ${unknown.type}`)

  const made: Resource[] = []
  const add = (
    type: string,
    from: Attributes,
    properties: Json,
    after?: readonly string[],
  ): void => {
    from.end()
    made.push({ type, properties: defined(properties), ...(after === undefined ? {} : { after }) })
  }

  for (const group of of('aws_cloudwatch_log_group')) {
    add('AWS::Logs::LogGroup', group, {
      LogGroupName: group.take('name'),
      RetentionInDays: group.take('retention_in_days'),
      // A log group goes with the stack; so does Terraform's.
      UpdateReplacePolicy: 'Delete',
    })
  }

  for (const role of of('aws_iam_role')) {
    const belongs = (part: Attributes, attribute: string): void => {
      if (part.take(attribute) !== reference('IAM::Role', 'name')) throw new Error('Another role')
    }
    const policies = of('aws_iam_role_policy').map((policy) => {
      belongs(policy, 'role')
      const document = String(policy.take('policy')).replaceAll(' without streams:*', '')
      const result = {
        PolicyName: policy.take('name'),
        PolicyDocument: JSON.parse(document) as Json,
      }
      policy.end()
      return result
    })
    const further = of('aws_iam_role_policy_attachment').map((attachment) => {
      belongs(attachment, 'role')
      const arn = attachment.take('policy_arn')
      attachment.end()
      return arn
    })
    add('AWS::IAM::Role', role, {
      AssumeRolePolicyDocument: JSON.parse(String(role.take('assume_role_policy'))) as Json,
      ManagedPolicyArns: further.length === 0 ? undefined : further,
      Policies: policies,
    })
  }

  for (const fn of of('aws_lambda_function')) {
    const description = fn.take('description')
    const reserved = fn.take('reserved_concurrent_executions')
    const environment = fn.block('environment')
    const logging = fn.block('logging_config')
    const vpc = fn.block('vpc_config')
    // The role's policies come first, which CloudFormation has in the role itself.
    expectEqual(fn.take('depends_on'), ['${aws_iam_role_policy.log}', '${aws_iam_role_policy.vpc}'])
    const publishes = fn.take('publish')
    add('AWS::Lambda::Function', fn, {
      FunctionName: fn.take('function_name'),
      Description: description,
      Code: defined({
        S3Bucket: fn.take('s3_bucket'),
        S3Key: fn.take('s3_key'),
        S3ObjectVersion: fn.take('s3_object_version'),
      }),
      Handler: fn.take('handler'),
      Runtime: fn.take('runtime'),
      Architectures: fn.take('architectures'),
      MemorySize: fn.take('memory_size'),
      Timeout: fn.take('timeout'),
      // -1 is how Terraform says that there is none.
      ReservedConcurrentExecutions: reserved === -1 ? undefined : reserved,
      Role: fn.take('role'),
      Environment: { Variables: environment?.take('variables') },
      LoggingConfig: {
        LogFormat: logging?.take('log_format'),
        LogGroup: logging?.take('log_group'),
      },
      VpcConfig:
        vpc === undefined
          ? undefined
          : { SubnetIds: vpc.take('subnet_ids'), SecurityGroupIds: vpc.take('security_group_ids') },
    })
    for (const block of [environment, logging, vpc]) block?.end()
    if (publishes === true) {
      made.push({
        type: 'AWS::Lambda::Version',
        properties: {
          FunctionName: reference('Lambda::Function', 'name'),
          Description: description,
          // Terraform deletes no version.
          UpdateReplacePolicy: 'Retain',
        },
      })
    }
  }

  for (const alias of of('aws_lambda_alias')) {
    const version = alias.take('function_version')
    add('AWS::Lambda::Alias', alias, {
      Name: alias.take('name'),
      FunctionName: alias.take('function_name'),
      FunctionVersion:
        version === reference('Lambda::Function', 'version')
          ? reference('Lambda::Version', 'number')
          : version,
    })
  }

  for (const permission of of('aws_lambda_permission')) {
    expectEqual(permission.take('function_name'), reference('Lambda::Function', 'name'))
    expectEqual(permission.take('qualifier'), reference('Lambda::Alias', 'name'))
    add('AWS::Lambda::Permission', permission, {
      FunctionName: reference('Lambda::Alias', 'arn'),
      Action: permission.take('action'),
      Principal: permission.take('principal'),
      SourceAccount: permission.take('source_account'),
      SourceArn: permission.take('source_arn'),
    })
  }

  for (const group of of('aws_lb_target_group')) {
    const check = group.block('health_check')
    const attachments = of('aws_lb_target_group_attachment').map((attachment) => {
      expectEqual(
        attachment.take('target_group_arn'),
        reference('ElasticLoadBalancingV2::TargetGroup', 'arn'),
      )
      const after = attachment.take('depends_on')
      const target = { Id: attachment.take('target_id') }
      attachment.end()
      return { target, after }
    })
    const matcher = check?.take('matcher')
    add(
      'AWS::ElasticLoadBalancingV2::TargetGroup',
      group,
      {
        Name: group.take('name'),
        TargetType: group.take('target_type'),
        Targets: attachments.map(({ target }) => target),
        TargetGroupAttributes: [
          {
            Key: 'lambda.multi_value_headers.enabled',
            Value: group.take('lambda_multi_value_headers_enabled'),
          },
        ],
        HealthCheckEnabled: check?.take('enabled'),
        HealthCheckPath: check?.take('path'),
        HealthCheckIntervalSeconds: check?.take('interval'),
        HealthCheckTimeoutSeconds: check?.take('timeout'),
        Matcher: matcher === undefined ? undefined : { HttpCode: matcher },
      },
      // Registered after the permission, which CloudFormation says of the whole group.
      attachments.every(
        ({ after }) => JSON.stringify(after) === '["${aws_lambda_permission.load_balancer}"]',
      )
        ? ['Lambda::Permission']
        : undefined,
    )
    check?.end()
  }

  for (const rule of of('aws_lb_listener_rule')) {
    expectEqual(rule.take('depends_on'), ['${aws_lb_target_group_attachment.function}'])
    add('AWS::ElasticLoadBalancingV2::ListenerRule', rule, {
      ListenerArn: rule.take('listener_arn'),
      Priority: rule.take('priority'),
      Conditions: rule.blocks('condition').map(toCondition),
      Actions: rule.blocks('action').map(toAction),
    })
  }

  for (const alarm of of('aws_cloudwatch_metric_alarm')) {
    const queries = alarm.blocks('metric_query').map(toQuery)
    add('AWS::CloudWatch::Alarm', alarm, {
      AlarmName: alarm.take('alarm_name'),
      AlarmDescription: alarm.take('alarm_description'),
      Namespace: alarm.take('namespace'),
      MetricName: alarm.take('metric_name'),
      Dimensions: toDimensions(alarm.take('dimensions')),
      Statistic: alarm.take('statistic'),
      Period: alarm.take('period'),
      Metrics: queries.length === 0 ? undefined : queries,
      Threshold: alarm.take('threshold'),
      ComparisonOperator: alarm.take('comparison_operator'),
      EvaluationPeriods: alarm.take('evaluation_periods'),
      TreatMissingData: alarm.take('treat_missing_data'),
      AlarmActions: alarm.take('alarm_actions'),
      OKActions: alarm.take('ok_actions'),
    })
  }

  for (const group of of('aws_security_group')) {
    add('AWS::EC2::SecurityGroup', group, {
      GroupDescription: group.take('description'),
      VpcId: group.take('vpc_id'),
      SecurityGroupIngress: group.blocks('ingress').map(toPermission),
      SecurityGroupEgress: group.blocks('egress').map(toPermission),
    })
  }

  for (const balancer of of('aws_lb')) {
    add('AWS::ElasticLoadBalancingV2::LoadBalancer', balancer, {
      Name: balancer.take('name'),
      Type: balancer.take('load_balancer_type'),
      Scheme: balancer.take('internal') === true ? 'internal' : 'internet-facing',
      IpAddressType: balancer.take('ip_address_type'),
      Subnets: balancer.take('subnets'),
      SecurityGroups: balancer.take('security_groups'),
      LoadBalancerAttributes: [
        { Key: 'idle_timeout.timeout_seconds', Value: balancer.take('idle_timeout') },
      ],
    })
  }

  for (const listener of of('aws_lb_listener')) {
    const certificate = listener.take('certificate_arn')
    add('AWS::ElasticLoadBalancingV2::Listener', listener, {
      LoadBalancerArn: listener.take('load_balancer_arn'),
      Port: listener.take('port'),
      Protocol: listener.take('protocol'),
      SslPolicy: listener.take('ssl_policy'),
      Certificates: certificate === undefined ? undefined : [{ CertificateArn: certificate }],
      DefaultActions: listener.blocks('default_action').map(toAction),
    })
  }
  return made
}

function expectEqual(found: unknown, expected: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Error(`${JSON.stringify(found)} is not ${JSON.stringify(expected)}`)
  }
}

function toCondition(condition: Attributes): Json {
  const path = condition.block('path_pattern')
  const host = condition.block('host_header')
  const header = condition.block('http_header')
  const result = defined({
    Field: path ? 'path-pattern' : host ? 'host-header' : 'http-header',
    PathPatternConfig: path && { Values: path.take('values') },
    HostHeaderConfig: host && { Values: host.take('values') },
    HttpHeaderConfig: header && {
      HttpHeaderName: header.take('http_header_name'),
      Values: header.take('values'),
    },
  })
  for (const block of [condition, path, host, header]) block?.end()
  return result
}

function toAction(action: Attributes): Json {
  const forward = action.block('forward')
  const stickiness = forward?.block('stickiness')
  const fixed = action.block('fixed_response')
  const redirect = action.block('redirect')
  const result = defined({
    Type: action.take('type'),
    TargetGroupArn: action.take('target_group_arn'),
    ForwardConfig:
      forward &&
      defined({
        TargetGroups: forward.blocks('target_group').map((group) => {
          const tuple = { TargetGroupArn: group.take('arn'), Weight: group.take('weight') }
          group.end()
          return tuple
        }),
        TargetGroupStickinessConfig: stickiness && {
          Enabled: stickiness.take('enabled'),
          DurationSeconds: stickiness.take('duration'),
        },
      }),
    FixedResponseConfig: fixed && {
      StatusCode: fixed.take('status_code'),
      ContentType: fixed.take('content_type'),
      MessageBody: fixed.take('message_body'),
    },
    RedirectConfig: redirect && {
      Protocol: redirect.take('protocol'),
      Port: redirect.take('port'),
      StatusCode: redirect.take('status_code'),
    },
  })
  for (const block of [action, forward, stickiness, fixed, redirect]) block?.end()
  return result
}

function toQuery(query: Attributes): Json {
  const metric = query.block('metric')
  const result = defined({
    Id: query.take('id'),
    Label: query.take('label'),
    Expression: query.take('expression'),
    ReturnData: query.take('return_data'),
    MetricStat: metric && {
      Metric: {
        Namespace: metric.take('namespace'),
        MetricName: metric.take('metric_name'),
        Dimensions: toDimensions(metric.take('dimensions')),
      },
      Period: metric.take('period'),
      Stat: metric.take('stat'),
    },
  })
  for (const block of [query, metric]) block?.end()
  return result
}

function toDimensions(map: unknown): unknown {
  if (map === undefined) return undefined
  return Object.entries(map as Json).map(([Name, Value]) => ({ Name, Value }))
}

function toPermission(permission: Attributes): Json {
  const protocol = permission.take('protocol')
  const [from, to] = [permission.take('from_port'), permission.take('to_port')]
  const blocks = permission.take('cidr_blocks') as unknown[]
  permission.end()
  // For all protocols Terraform wants ports, 0, and CloudFormation none.
  const ports = protocol === '-1' ? {} : { FromPort: from, ToPort: to }
  return { IpProtocol: protocol, ...ports, CidrIp: blocks.join(',') }
}
