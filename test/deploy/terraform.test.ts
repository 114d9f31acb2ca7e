import { parse } from '@cdktf/hcl2json'
import { describe, expect, it } from 'vitest'
import { needed } from './forms/forms.js'
import { parseModule, plan, readModuleFile, toVariables } from './forms/module.js'
import { deployModule } from './forms/terraform.js'

const module = await parseModule()

interface Lifecycle {
  readonly ignore_changes?: readonly string[]
  readonly replace_triggered_by?: readonly string[]
  readonly create_before_destroy?: boolean
}

const lifecycleOf = (type: string, name: string): Lifecycle =>
  (module.resource[type]![name]![0]['lifecycle'] as [Lifecycle])[0]

const attributesOf = (
  type: string,
  given: Record<string, unknown>,
): Readonly<Record<string, unknown>> => {
  const values = { ...toVariables(module, needed), ...given }
  const { resources, refusals } = plan(
    module,
    values,
    ({ name }, attribute) => `${name}/${attribute}`,
  )
  expect(refusals).toEqual([])
  return resources.find((resource) => resource.type === type)?.attributes ?? {}
}

describe('the Terraform module', () => {
  it('leaves weights alone that were changed on the listener, and nothing else of the rule', () => {
    expect(lifecycleOf('aws_lb_listener_rule', 'live').ignore_changes).toEqual([
      '${action[0].forward[0].target_group}',
    ])
  })

  it('makes another rule for another target group, whose ARN it ignores, before the old group goes', () => {
    expect(lifecycleOf('aws_lb_listener_rule', 'live').replace_triggered_by).toEqual([
      '${aws_lb_target_group.function.arn}',
    ])
    expect(lifecycleOf('aws_lb_target_group', 'function').create_before_destroy).toBe(true)
  })

  it('takes a zip of this machine, and sees when its bytes change', () => {
    expect(
      attributesOf('aws_lambda_function', {
        code_path: 'lambda.zip',
        code_bucket: '',
        code_key: '',
      }),
    ).toMatchObject({ filename: 'lambda.zip', source_code_hash: 'hash of lambda.zip' })
    expect(attributesOf('aws_lambda_function', {})).not.toHaveProperty('filename')
  })

  it('adds to the environment, where NODE_ENV may be said otherwise', () => {
    expect(attributesOf('aws_lambda_function', { environment: { A: '1' } })['environment']).toEqual(
      [{ variables: { NODE_ENV: 'production', A: '1' } }],
    )
    expect(
      attributesOf('aws_lambda_function', { environment: { NODE_ENV: 'staging' } })['environment'],
    ).toEqual([{ variables: { NODE_ENV: 'staging' } }])
  })

  it('refuses code from two places', () => {
    const { refusals } = deployModule(module, { ...needed, codePath: 'lambda.zip' })
    expect(refusals).toEqual([
      'The code is needed from one place: code_path, or code_bucket with code_key.',
    ])
  })

  it('names no provider but AWS, and no version that cannot be had', async () => {
    const { terraform } = (await parse('versions.tf', readModuleFile('versions.tf'))) as {
      terraform: [{ required_version: string; required_providers: [Record<string, unknown>] }]
    }
    expect(terraform[0]).toEqual({
      required_version: '>= 1.5',
      required_providers: [{ aws: { source: 'hashicorp/aws', version: '>= 5.80' } }],
    })
  })

  it('has an example that gives what is needed and only what there is', async () => {
    const example = (await parse('main.tf', readModuleFile('example/main.tf'))) as {
      module: { service: [Record<string, unknown>] }
    }
    const given = Object.keys(example.module.service[0]).filter((name) => name !== 'source')
    expect(Object.keys(module.variable)).toEqual(expect.arrayContaining(given))
    const variables = Object.entries(module.variable)
    const without = variables.filter(([, [variable]]) => !Object.hasOwn(variable, 'default'))
    expect(given).toEqual(expect.arrayContaining(without.map(([name]) => name)))
  })
})
