import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { EXISTING, FUNCTION, RULE, ruleOf, weightsOf } from '../../deploy/cut-over/account.js'
import { commandsOf, readBlocks } from '../guide.js'
import { type Action, toActions, Walker } from './walker.js'

// Servers, builds and several environments, on a busy machine.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 })

const page = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8')

const blocks = readBlocks(page('docs/migrate.md'))

/** What is true after a step, besides what the guide shows. */
const checks: Readonly<Record<string, (walker: Walker) => void>> = {
  '2. Wrap the app': (walker) => {
    expect(walker.read('src/lambda.ts')).toBe(page('packages/examples/service/src/lambda.ts'))
  },
  '7. Deploy, with no traffic': ({ shell, aws }) => {
    expect(shell.get('RULE')).toBe(RULE)
    expect(shell.get('FUNCTION_GROUP')).toBe(FUNCTION)
    expect(weightsOf(ruleOf(aws.account).Actions)).toBe('100/0')
  },
  '8. Try it in production': ({ site }) => {
    expect(site.answeredBy()).toEqual(['shop', 'shop-ec2'])
  },
  '9. One per cent, and back': ({ aws }) => {
    expect(aws.writes).toEqual(['99/1', '100/0'])
  },
  '10. All of it': ({ aws }) => {
    expect(aws.writes.slice(2)).toEqual(['99/1', '95/5', '75/25', '50/50', '0/100'])
  },
  '11. Retire the servers': ({ site, account }) => {
    expect(site.answeredBy().at(-1)).toBe('shop')
    expect(account.isUsed(EXISTING)).toBe(false)
    expect(Object.keys(account.account.types)).toEqual([FUNCTION])
  },
}

const headings = [...new Set(blocks.map(({ heading }) => heading))].filter((heading) =>
  /^\d+\. /.test(heading),
)
const steps = headings.map((heading): [string, Action[]] => {
  const actions = blocks.filter((block) => block.heading === heading).flatMap(toActions)
  const check = checks[heading]
  const end = check === undefined ? [] : [{ name: 'and that is what there is', run: check }]
  return [heading, [...actions, ...end]]
})

let walker: Walker
let hasFallen = false
beforeAll(async () => {
  walker = await Walker.create()
})
afterAll(async () => {
  await walker.end()
})

it('the guide has eleven steps, and those that have checks', () => {
  expect(headings).toHaveLength(11)
  expect(headings).toEqual(expect.arrayContaining(Object.keys(checks)))
})

describe.each(steps)('%s', (_heading, actions) => {
  it.for(actions.map(({ name, run }) => [name, run] as const))('%s', async ([, run], { skip }) => {
    skip(hasFallen, 'An action before it failed')
    hasFallen = true
    await run(walker)
    hasFallen = false
  })
})

/** Calls that AWS's command makes of AWS's description; the others are written by hand. */
const awsCalls = commandsOf(blocks).filter(({ command }) =>
  /\baws (?!s3 |cloudformation deploy|logs tail)/.test(command),
)

describe.skipIf(!isInstalled('aws'))('AWS’s own command', () => {
  it.each(awsCalls.map(({ command, line }) => [line, command] as const))(
    'knows line %i: %s',
    async (_line, command) => {
      const call = command.replace(/ > \S+$/, '').replace(/^export \w+=\$\((.*)\)$/, '$1')
      const path = `PATH='${process.env['PATH'] ?? ''}'`
      const { code, output } = await walker.shell.run(
        `${path} ${call} --region eu-west-1 --generate-cli-skeleton input`,
      )
      expect(code, output).toBe(0)
    },
  )
})

/** Whether a program that need not be there is there; prints that it judges nothing where it is not. */
function isInstalled(program: string): boolean {
  const isThere = spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0
  if (!isThere) console.log(`Skipped: ${program} is not installed, so it judges nothing here`)
  return isThere
}
