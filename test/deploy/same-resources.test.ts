import { describe, expect, it } from 'vitest'
import { synthesize } from './forms/cdk.js'
import {
  everything,
  existingTargetGroupArn,
  needed,
  ownLoadBalancer,
  readTemplate,
  surroundings,
  type Values,
  toText,
} from './forms/forms.js'
import { parseModule } from './forms/module.js'
import { reference, toComparable, type Resource } from './forms/resources.js'
import { deploy, parseTemplate, toParameters } from './forms/template.js'
import { deployModule } from './forms/terraform.js'

/**
 * CloudFormation cannot name the target group's ARN before the group is there, and names all groups with its name,
 * which is one. Terraform names the ARN itself.
 */
function nameTargetGroup(resource: Resource, name: string): Resource {
  const pattern = `arn:${surroundings.partition}:elasticloadbalancing:${surroundings.region}:${surroundings.account}:targetgroup/${name}/*`
  return resource.properties['SourceArn'] === pattern
    ? {
        ...resource,
        properties: {
          ...resource.properties,
          SourceArn: reference('ElasticLoadBalancingV2::TargetGroup', 'arn'),
        },
      }
    : resource
}

const ofTemplate = (values: Values, text = readTemplate()): Record<string, unknown> =>
  toComparable(
    deploy(parseTemplate(text), toParameters(values)).resources.map((resource) =>
      nameTargetGroup(resource, toText(values['name'])),
    ),
  )

const ofCdk = (values: Values): Record<string, unknown> =>
  toComparable(
    deploy(synthesize(values)).resources.map((resource) =>
      nameTargetGroup(resource, toText(values['name'])),
    ),
  )

const ofTerraform = async (
  values: Values,
  edit?: Parameters<typeof parseModule>[0],
): Promise<Record<string, unknown>> => {
  const { resources, refusals } = deployModule(await parseModule(edit), values)
  expect(refusals).toEqual([])
  return toComparable(resources)
}

const cases: Readonly<Record<string, Values>> = {
  'only what is needed': needed,
  'every property set': everything,
  'a load balancer of its own': ownLoadBalancer,
  'no group that has the traffic': { ...needed, existingTargetGroupArn: '' },
  'a load balancer of its own and everything else': {
    ...everything,
    ...ownLoadBalancer,
    listenerArn: '',
    existingTargetGroupArn,
    testHeaderValue: 'only-for-us-9f2c',
  },
}

describe('CDK, CloudFormation and Terraform', () => {
  it.each(Object.keys(cases))(
    'make the same resources with the same properties: %s',
    async (name) => {
      const values = cases[name]!
      const template = ofTemplate(values)
      expect(ofCdk(values)).toEqual(template)
      expect(await ofTerraform(values)).toEqual(template)
    },
  )

  it('make what the issue of a listener that one has needs, and no load balancer', () => {
    expect(Object.keys(ofTemplate(needed)).toSorted()).toEqual([
      'ElasticLoadBalancingV2::TargetGroup',
      'IAM::Role',
      'Lambda::Alias',
      'Lambda::Function',
      'Lambda::Permission',
      'Lambda::Version',
      'Logs::LogGroup',
      'alarm shop-duration',
      'alarm shop-function-errors',
      'alarm shop-lambda-internal-errors',
      'alarm shop-lambda-user-errors',
      'alarm shop-target-5xx',
      'alarm shop-throttles',
      'rule',
      'test rule',
    ])
  })
})

describe('the comparison', () => {
  /** Each is one difference in one file, in a property that only this place says. */
  const slips: readonly [string, string][] = [
    ['memory_size                    = var.memory_size_mb', 'memory_size                    = 128'],
    ['retention_in_days = var.log_retention_days', 'retention_in_days = 7'],
    ['["logs:CreateLogStream", "logs:PutLogEvents"]', '["logs:PutLogEvents"]'],
    ['}:*"', '}"'],
    ['source_account = data.aws_caller_identity.current.account_id', ''],
    ['source_arn     = aws_lb_target_group.function.arn', ''],
    [
      'target_id        = aws_lambda_alias.live.arn',
      'target_id = aws_lambda_function.this.function_name',
    ],
    ['depends_on = [aws_lambda_permission.load_balancer]', ''],
    ['lambda_multi_value_headers_enabled = var.multi_value_headers', ''],
    ['weight = var.existing_weight', 'weight = 50'],
    ['for_each = var.stickiness_seconds > 0 ? [1] : []', 'for_each = []'],
    ['publish = true', ''],
    ['metric      = "LambdaInternalError"', 'metric      = "LambdaUserError"'],
    ['threshold   = var.alarm_throttle_count', 'threshold   = var.alarm_function_error_count'],
    ['stat        = "p99"', 'stat        = "p95"'],
    ['Resource     = "${var.name}:${local.alias}"', 'Resource     = var.name'],
    ['alarm_actions      = local.alarm_actions', ''],
    ['treat_missing_data = "notBreaching"', ''],
    ['Effect   = "Deny"', 'Effect   = "Allow"'],
  ]

  it.each(slips)('sees a slip in Terraform: %s', async (right, wrong) => {
    let count = 0
    const edit = (text: string): string =>
      text.replace(right, () => {
        count += 1
        return wrong
      })
    const intended = await ofTerraform(everything)
    // Some slips leave nothing that could be compared: an error tells them, too.
    const slipped = await ofTerraform(everything, edit).catch((error: unknown) => error)
    expect(slipped).not.toEqual(intended)
    expect(count).toBe(1)
  })

  it.each([
    ['Timeout: !Ref TimeoutSeconds', 'Timeout: 3'],
    ['SourceAccount: !Ref AWS::AccountId', ''],
    ['targetgroup/${Name}/*', 'targetgroup/*'],
    ['DependsOn: Permission', ''],
    ['Name: live', 'Name: latest'],
    ['Weight: !If [HasExisting, !Ref FunctionWeight, 1]', 'Weight: 1'],
    ['MetricName: Throttles', 'MetricName: Invocations'],
    ['UpdateReplacePolicy: Retain', 'UpdateReplacePolicy: Delete'],
    ['OKActions: !If', 'InsufficientDataActions: !If'],
  ])('sees a slip in CloudFormation: %s', (right, wrong) => {
    const text = readTemplate()
    expect(text).toContain(right)
    expect(
      ofTemplate(
        everything,
        text.replace(right, () => wrong),
      ),
    ).not.toEqual(ofTemplate(everything))
  })
})
