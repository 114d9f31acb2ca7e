import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createProgram } from '../../packages/deploy/src/command-line/program.js'
import { buildCommand } from '../../packages/local-alb/src/commands/build-command.js'
import { doctorCommand } from '../../packages/local-alb/src/commands/doctor-command.js'
import { execCommand } from '../../packages/local-alb/src/commands/exec-command.js'
import { parityCommand } from '../../packages/local-alb/src/commands/parity-command.js'
import { serveCommand } from '../../packages/local-alb/src/commands/serve-command.js'
import { defaults } from '../../packages/deploy/cdk/defaults.js'
import { fold, readTemplate } from '../deploy/forms/forms.js'
import { parseTemplate } from '../deploy/forms/template.js'
import { readBlocks, toWords } from './guide.js'

const page = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../docs/${name}`, import.meta.url)), 'utf8')

/** The commands of both guides, in blocks and within sentences. */
const commands = ['migrate.md', 'troubleshooting.md'].flatMap((name) => {
  const markdown = page(name)
  const inBlocks = readBlocks(markdown).flatMap(({ kind }) =>
    kind.is === 'commands' ? kind.commands : [],
  )
  const inText = [...markdown.replaceAll(/^```[^]*?^```$/gm, '').matchAll(/`([^`\n]+ [^`\n]+)`/g)]
  return [...inBlocks, ...inText.map(([, code = '']) => code)].map(
    (command) => [name, command.replace(/^export \w+=\$\((.*)\)$/, '$1')] as const,
  )
})

const startingWith = (start: string): (readonly [string, string])[] =>
  commands.filter(([, command]) => command.startsWith(`${start} `))

const localAlb = [serveCommand, execCommand, parityCommand, buildCommand, doctorCommand].map(
  (create) => create(),
)
const cutOver = createProgram(() => undefined).commands

/** Words that begin with a hyphen and are no option of the command. */
function unknownOptions(
  command: ReturnType<typeof serveCommand>,
  words: readonly string[],
): string[] {
  const known = command.options.flatMap(({ short, long }) => [short, long])
  const end = words.indexOf('--')
  return words
    .slice(0, end === -1 ? undefined : end)
    .filter((word) => word.startsWith('-') && !known.includes(word))
}

describe('the guides', () => {
  it.each(startingWith('npx local-alb'))('%s: every option is one: %s', (_page, command) => {
    const [, , verb = '', ...words] = toWords(command)
    const own = localAlb.find((one) => one.name() === verb) ?? serveCommand()
    expect(unknownOptions(own, own.name() === verb ? words : [verb, ...words])).toEqual([])
  })

  it.each(startingWith('npx express-alb-cutover'))(
    '%s: every option is one: %s',
    (_page, command) => {
      const [, , verb, ...words] = toWords(command)
      const own = cutOver.find((one) => one.name() === verb)
      expect(own?.name()).toBe(verb)
      if (own !== undefined) expect(unknownOptions(own, words)).toEqual([])
    },
  )

  it.each(startingWith('aws elbv2'))('%s: AWS has this call: %s', (_page, command) => {
    const [, , operation = '', ...words] = toWords(command)
    const members = membersOf(toName(operation))
    const given = words.filter((word) => word.startsWith('--')).map((word) => toName(word))
    expect(members).toEqual(expect.arrayContaining(given))
  })

  it.each(startingWith('aws cloudformation deploy'))(
    '%s: the template has these parameters: %s',
    (_page, command) => {
      const words = toWords(command)
      const given = words.slice(words.indexOf('--parameter-overrides') + 1)
      const { Parameters = {} } = parseTemplate(readTemplate())
      expect(Object.keys(Parameters)).toEqual(
        expect.arrayContaining(given.map((pair) => pair.split('=')[0])),
      )
    },
  )

  it('name parameters of the deployment by names that it has', () => {
    const names = new Set([...Object.keys(defaults), 'name', 'testHeaderValue'].map(fold))
    const parameters = ['migrate.md', 'troubleshooting.md'].flatMap((name) =>
      [
        ...page(name).matchAll(
          /`((?:Rule|TestRule|Path|Host|Stickiness|Timeout|Memory|Reserved|Multi|Function|Existing|Subnet|Security|Code|Release|Handler|Architecture)[A-Z]\w+|Release|Handler|Architecture)(?:=[^`]*)?`/g,
        ),
      ]
        .map(([, parameter = '']) => parameter)
        // Lambda's own name for it.
        .filter((parameter) => parameter !== 'FunctionName'),
    )
    expect(parameters.length).toBeGreaterThan(20)
    expect(parameters.filter((parameter) => !names.has(fold(parameter)))).toEqual([])
  })

  it('say what is watched as the deployment does: the first six metrics have alarms', () => {
    const table = page('migrate.md').split('## What to watch')[1] ?? ''
    const metrics = [...table.matchAll(/^\| `(\w+)`/gm)].map(([, metric]) => metric)
    const alarms = [...readTemplate().matchAll(/MetricName: (\w+)/g)].map(([, metric]) => metric)
    expect(new Set(metrics.slice(0, 6))).toEqual(new Set(alarms))
  })

  it('name error reasons that the table of the load balancer has', () => {
    const known = page('local-alb.md')
    const reasons = [...page('troubleshooting.md').matchAll(/`(Lambda[A-Z]\w+)`/g)]
    expect(reasons.length).toBeGreaterThan(6)
    expect(reasons.filter(([code]) => !known.includes(code)).map(([code]) => code)).toEqual([])
  })
})

/** `DescribeRules` of `describe-rules` and `ListenerArn` of `--listener-arn`. */
function toName(words: string): string {
  return words
    .replace(/^--/, '')
    .split('-')
    .map((word) => word.replace(/^./, (first) => first.toUpperCase()))
    .join('')
}

/** What a call takes, from the declarations of AWS's own SDK. */
function membersOf(operation: string): string[] {
  const require = createRequire(new URL('../../packages/deploy/package.json', import.meta.url))
  const main = require.resolve('@aws-sdk/client-elastic-load-balancing-v2')
  const models = join(dirname(main), '../dist-types/models/models_0.d.ts')
  const text = readFileSync(models, 'utf8')
  const [, body] =
    new RegExp(`export interface ${operation}Input \\{([^]*?)\\n\\}`).exec(text) ?? []
  if (body === undefined) throw new Error(`AWS has no ${operation}`)
  return [...body.matchAll(/^ {4}(\w+)\??:/gm)].map(([, member = '']) => member)
}
