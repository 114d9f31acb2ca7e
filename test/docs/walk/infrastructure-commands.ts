import { spawnSync } from 'node:child_process'
import { readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from '@cdktf/hcl2json'
import { deployFolder } from '../../deploy/forms/forms.js'
import { parseModule, plan } from '../../deploy/forms/module.js'
import { deploy, type Template } from '../../deploy/forms/template.js'
import { EXISTING, FUNCTION } from '../../deploy/cut-over/account.js'
import type { Invocation } from './stand-ins.js'

/** `cdk deploy`: runs the app as CDK's command does, and looks at the template instead of deploying it. */
export function cdk({ args, folder }: Invocation): string {
  const context: Record<string, string> = {}
  let app = ''
  const [command, ...rest] = args
  if (command !== 'deploy') throw new Error(`Nobody knows cdk ${command ?? ''} here`)
  for (let index = 0; index < rest.length; index += 2) {
    const [option, value = ''] = rest.slice(index, index + 2)
    const [name = '', text = ''] = value.split(/=(.*)/s)
    if (option === '--app') app = value
    else if (option === '-c') context[name] = text
    else throw new Error(`${String(option)} is no option`)
  }
  const out = join(folder, 'cdk.out')
  const { status, stderr } = spawnSync('sh', ['-c', app], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, CDK_CONTEXT_JSON: JSON.stringify(context), CDK_OUTDIR: out },
  })
  if (status !== 0) throw new Error(stderr)
  const template = JSON.parse(
    readFileSync(join(out, 'AlbFunction.template.json'), 'utf8'),
  ) as Template & { Parameters?: object }
  const { resources } = deploy(template)
  expectNoTraffic(
    resources.flatMap(({ type, properties }) =>
      type.endsWith('::ListenerRule') ? [JSON.stringify(properties)] : [],
    ),
  )
  return 'AlbFunction: deployed\n'
}

/** The rules of a template: the function has the weight 0. */
function expectNoTraffic(rules: readonly string[]): void {
  const shared = rules.find((rule) => rule.includes(EXISTING))
  const weights = [...(shared ?? '').matchAll(/"Weight":"?(\d+)/g)].map(([, weight]) => weight)
  if (weights.join() !== '100,0')
    throw new Error(`The weights are ${weights.join()}: ${rules.join('\n')}`)
}

interface Root {
  readonly module: Readonly<Record<string, readonly [Readonly<Record<string, unknown>>]>>
  readonly variable: Readonly<Record<string, unknown>>
  readonly output: Readonly<Record<string, readonly [{ readonly value: string }]>>
}

/** `terraform init` and `apply`: reads the files and plans the module instead of making anything. */
export async function terraform({ args, folder }: Invocation): Promise<string> {
  const [command, ...options] = args
  if (command === 'init') return 'Terraform has been successfully initialized!\n'
  if (command !== 'apply') throw new Error(`Nobody knows terraform ${command ?? ''} here`)
  const root = (await parse(
    'main.tf',
    readFileSync(join(folder, 'main.tf'), 'utf8'),
  )) as unknown as Root
  const variables = new Map<string, string>()
  for (let index = 0; index < options.length; index += 2) {
    const [name = '', value = ''] = String(options[index + 1]).split(/=(.*)/s)
    if (options[index] !== '-var' || !Object.hasOwn(root.variable, name)) {
      throw new Error(`${String(options[index])} ${name} is no variable`)
    }
    variables.set(name, value)
  }
  const [called] = root.module['shop'] ?? []
  if (called === undefined) throw new Error('There is no module "shop"')
  const { source, ...given } = called
  if (realpathSync(join(folder, String(source))) !== realpathSync(`${deployFolder}terraform`)) {
    throw new Error(`${String(source)} is not the module`)
  }
  const values = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, resolve(value, variables, folder)]),
  )
  const module = await parseModule()
  for (const name of Object.keys(values)) {
    if (!Object.hasOwn(module.variable, name)) throw new Error(`The module has no ${name}`)
  }
  const { resources, refusals } = plan(module, values, ({ type, name }, attribute) =>
    type === 'aws_lb_target_group' ? FUNCTION : `<${type}.${name}.${attribute}>`,
  )
  if (refusals.length > 0) throw new Error(refusals.join('\n'))
  const live = resources.find(
    ({ type, name }) => type === 'aws_lb_listener_rule' && name === 'live',
  )
  const weights = [...JSON.stringify(live).matchAll(/"weight":(\d+)/g)].map(([, weight]) => weight)
  if (weights.join() !== '100,0') throw new Error(`The weights are ${weights.join()}`)
  for (const [name, [{ value }]] of Object.entries(root.output)) {
    const [, output = ''] = /^\$\{module\.shop\.(\w+)\}$/.exec(value) ?? []
    if (!Object.hasOwn(module.output, output)) throw new Error(`${name}: there is no ${value}`)
  }
  return 'Apply complete!\n'
}

function resolve(value: unknown, variables: ReadonlyMap<string, string>, folder: string): unknown {
  if (typeof value !== 'string') return value
  return value.replaceAll(/\$\{([\w.]+)\}/g, (_match, path: string) => {
    if (path === 'path.root') return folder
    const known = variables.get(path.replace(/^var\./, ''))
    if (known === undefined) throw new Error(`${path} has no value`)
    return known
  })
}
