import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { LoadBalancerDefinition, TargetGroupDefinition } from 'local-alb'
import { firstScreen } from '../../../packages/local-alb/src/commands/first-screen.js'

const group = (
  name: string,
  parts: Partial<TargetGroupDefinition> = {},
): TargetGroupDefinition => ({
  arn: name,
  name,
  type: 'lambda',
  multiValueHeaders: false,
  targets: [{ kind: 'lambda', file: join(process.cwd(), 'dist/lambda.mjs') }],
  ...parts,
})

function definitionOf(
  weights: Readonly<Record<string, number>>,
  targetGroups: readonly TargetGroupDefinition[],
): LoadBalancerDefinition {
  const forwarded = Object.entries(weights).map(([arn, weight]) => ({ arn, weight }))
  return {
    rules: [
      { priority: 'default', conditions: [], action: { type: 'forward', targetGroups: forwarded } },
    ],
    targetGroups,
  }
}

function screenOf(
  definition: LoadBalancerDefinition,
  parts: Partial<Parameters<typeof firstScreen>[0]> = {},
): string {
  return firstScreen({
    alb: { url: 'http://127.0.0.1:8080' },
    inspector: { url: 'http://127.0.0.1:8081' },
    definition,
    options: {},
    warnings: [],
    color: false,
    ...parts,
  })
}

describe('the first screen', () => {
  it('shows a single target and its mode', () => {
    expect(screenOf(definitionOf({ a: 1 }, [group('a')]))).toBe(`
  Load balancer  http://127.0.0.1:8080
  Target         ${join('dist', 'lambda.mjs')}
  Mode           single-value headers (AWS's default; -m for multi-value headers)
  Inspector      http://127.0.0.1:8081

  curl -i http://127.0.0.1:8080/

  Ctrl-C ends it.
`)
  })

  it('shows several target groups below each other, with the share that each has', () => {
    const groups = [
      group('servers', {
        type: 'instance',
        targets: [
          { kind: 'instance', url: 'http://127.0.0.1:3000' },
          { kind: 'instance', url: 'http://127.0.0.1:3001' },
        ],
      }),
      group('fn', { multiValueHeaders: true }),
      group('spare', { targets: [] }),
    ]
    const definition = definitionOf({ servers: 2, fn: 1 }, groups)
    expect(screenOf(definition, { options: { watch: true, https: true }, inspector: undefined }))
      .toBe(`
  Load balancer  http://127.0.0.1:8080
  Target groups  servers  http://127.0.0.1:3000, http://127.0.0.1:3001  66.7 %
                 fn       ${join('dist', 'lambda.mjs').padEnd(44)}  33.3 %  multi-value headers
                 spare    no target: 503                                        single-value headers
  Inspector      off

  curl -i -k http://127.0.0.1:8080/

  Ctrl-C ends it. A change of the source takes effect with the next request.
`)
  })

  it('counts rules, and shows what works otherwise than at AWS without letting it drive the terminal', () => {
    const { rules, targetGroups } = definitionOf({ a: 1 }, [group('a')])
    const action = { type: 'fixed-response', status: 404, body: '' } as const
    const more = [1, 2].map((priority) => ({ priority, conditions: [], action }))
    const screen = screenOf(
      { rules: [...more, ...rules], targetGroups },
      { warnings: ['one \u001B[2J', 'two'] },
    )
    expect(screen).toContain('  Rules          2, and the default rule\n')
    expect(screen).toContain('\n  Note one \\x1b[2J\n  Note two\n')
  })
})
