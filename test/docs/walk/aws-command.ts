import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EXISTING, LISTENER } from '../../deploy/cut-over/account.js'
import { LOAD_BALANCER, type WalkAccount } from './account.js'
import type { Invocation } from './stand-ins.js'

type Options = Readonly<Record<string, readonly string[]>>

interface Operation {
  /** Options that must be there, and those that may. */
  readonly needs: readonly string[]
  readonly takes?: readonly string[]
  readonly run: (options: Options, words: readonly string[], folder: string) => unknown
}

/** The operations of AWS's command that the guide uses, on an account in this process. */
export function createAwsCommand(account: WalkAccount): (invocation: Invocation) => string {
  const { account: aws } = account
  const expect = (actual: readonly string[] | undefined, expected: string): void => {
    if (actual?.length !== 1 || actual[0] !== expected) {
      throw new Error(`${String(actual)} is not there; there is ${expected}`)
    }
  }
  const operations: Readonly<Record<string, Operation>> = {
    'elbv2 describe-rules': {
      needs: ['listener-arn'],
      run: ({ 'listener-arn': listener }) => {
        expect(listener, LISTENER)
        return { Rules: aws.rules }
      },
    },
    'elbv2 describe-load-balancer-attributes': {
      needs: ['load-balancer-arn'],
      run: ({ 'load-balancer-arn': loadBalancer }) => {
        expect(loadBalancer, LOAD_BALANCER)
        return {
          Attributes: [
            { Key: 'idle_timeout.timeout_seconds', Value: '60' },
            { Key: 'routing.http.xff_header_processing.mode', Value: 'append' },
            { Key: 'routing.http2.enabled', Value: 'true' },
          ],
        }
      },
    },
    'elbv2 describe-listener-attributes': {
      needs: ['listener-arn'],
      run: ({ 'listener-arn': listener }) => {
        expect(listener, LISTENER)
        return { Attributes: [{ Key: 'routing.http.response.server.enabled', Value: 'true' }] }
      },
    },
    'elbv2 modify-listener': {
      needs: ['listener-arn', 'default-actions'],
      run: ({ 'listener-arn': listener, 'default-actions': actions = [] }) => {
        expect(listener, LISTENER)
        const given = actions.map(
          (action) =>
            Object.fromEntries(action.split(',').map((pair) => pair.split(/=(.*)/s))) as Record<
              string,
              unknown
            >,
        )
        for (const { Type, TargetGroupArn } of given) {
          if (Type !== 'forward' || !Object.hasOwn(aws.types, String(TargetGroupArn))) {
            throw new Error(`${actions.join(' ')} forwards to no group`)
          }
        }
        const rule = aws.rules.find(({ IsDefault }) => IsDefault)
        if (rule !== undefined) rule.Actions = given
        return { Listeners: [{ ListenerArn: LISTENER, DefaultActions: given }] }
      },
    },
    'elbv2 delete-target-group': {
      needs: ['target-group-arn'],
      run: ({ 'target-group-arn': [group = ''] = [] }) => {
        if (!Object.hasOwn(aws.types, group)) throw new Error(`There is no ${group}`)
        if (account.isUsed(group)) throw new Error(`ResourceInUse: a rule forwards to ${group}`)
        delete aws.types[group]
        delete aws.targets[group]
        return ''
      },
    },
    's3 cp': {
      needs: [],
      run: (_options, [source = '', target = ''], folder) => {
        if (!existsSync(join(folder, source))) throw new Error(`There is no ${source}`)
        account.objects.add(target.replace(/^s3:\/\//, ''))
        return `upload: ${source} to ${target}\n`
      },
    },
    'cloudformation deploy': {
      needs: ['stack-name', 'template-file', 'capabilities', 'parameter-overrides'],
      run: (options, _words, folder) => {
        const { 'template-file': [file = ''] = [], 'parameter-overrides': pairs = [] } = options
        expect(options['capabilities'], 'CAPABILITY_IAM')
        const parameters = pairs.map((pair) => pair.split(/=(.*)/s, 2))
        const template = readFileSync(join(folder, file), 'utf8')
        account.deployStack(template, Object.fromEntries(parameters) as Record<string, string>)
        return 'Successfully created/updated stack - shop\n'
      },
    },
    'cloudformation describe-stacks': {
      needs: ['stack-name', 'query', 'output'],
      run: ({ query: [query = ''] = [], output }) => {
        expect(output, 'text')
        const [, name = ''] =
          /^Stacks\[0\]\.Outputs\[\?OutputKey=='(\w+)'\]\.OutputValue$/.exec(query) ?? []
        const value = account.outputs.get(name)
        if (value === undefined) throw new Error(`${query} finds nothing`)
        return `${value}\n`
      },
    },
    'autoscaling update-auto-scaling-group': {
      needs: ['auto-scaling-group-name', 'min-size', 'desired-capacity'],
      run: ({ 'desired-capacity': [capacity = ''] = [] }) => {
        aws.targets[EXISTING]?.splice(Number(capacity))
        return ''
      },
    },
    'logs tail': {
      needs: [],
      takes: ['since'],
      run: (_options, [group]) => {
        expect(group === undefined ? [] : [group], '/aws/lambda/shop')
        return 'REPORT\n'
      },
    },
  }

  return ({ args, folder }) => {
    const name = args.slice(0, 2).join(' ')
    const operation = operations[name]
    if (operation === undefined) throw new Error(`Nobody knows ${name} here`)
    const { words, options } = parse(args.slice(2))
    const unknown = Object.keys(options).find(
      (option) => ![...operation.needs, ...(operation.takes ?? [])].includes(option),
    )
    if (unknown !== undefined) throw new Error(`${name} has no option --${unknown}`)
    const missing = operation.needs.find((option) => (options[option] ?? []).length === 0)
    if (missing !== undefined) throw new Error(`${name} needs --${missing}`)
    const result = operation.run(options, words, folder)
    return typeof result === 'string' ? result : `${JSON.stringify(result, undefined, 2)}\n`
  }
}

function parse(args: readonly string[]): { words: string[]; options: Record<string, string[]> } {
  const words: string[] = []
  const options: Record<string, string[]> = {}
  let values = words
  for (const arg of args) {
    if (arg.startsWith('--')) values = options[arg.slice(2)] = []
    else values.push(arg)
  }
  return { words, options }
}
