import { relative } from 'node:path'
import type { Alb } from '../alb.js'
import type { Inspector } from '../inspector/inspector.js'
import type {
  LoadBalancerDefinition,
  Rule,
  TargetDefinition,
  TargetGroupDefinition,
} from '../rules/definition.js'
import { painter, printable } from './paint.js'
import type { ServeOptions } from './serve-options.js'

export interface Screen {
  readonly alb: Pick<Alb, 'url'>
  readonly inspector: Pick<Inspector, 'url'> | undefined
  readonly definition: LoadBalancerDefinition
  readonly options: ServeOptions
  /** Of the configuration file. */
  readonly warnings: readonly string[]
  readonly color: boolean
}

/**
 * What is printed once all is up: where to go, what stands there, and a first request to try.
 *
 *     Load balancer  http://127.0.0.1:8080
 *     Target groups  server    http://127.0.0.1:3000  90 %
 *                    function  dist/lambda.mjs        10 %  multi-value headers
 *     Rules          2, and the default rule
 *     Inspector      http://127.0.0.1:8081
 *
 *     curl -i http://127.0.0.1:8080/
 */
export function firstScreen(screen: Screen): string {
  const { alb, inspector, definition, options, warnings, color } = screen
  const paint = painter(color)
  const rows: readonly (readonly [label: string, lines: readonly string[]])[] = [
    ['Load balancer', [paint(['bold', 'cyan'], alb.url)]],
    ...targetRows(definition),
    ['Inspector', [inspector?.url === undefined ? 'off' : paint('cyan', inspector.url)]],
  ]
  const width = Math.max(...rows.map(([label]) => label.length)) + 2
  const table = rows.flatMap(([label, lines]) =>
    lines.map((line, i) => `  ${paint('bold', (i === 0 ? label : '').padEnd(width))}${line}`),
  )
  const end = `Ctrl-C ends it.${options.watch === true ? ' A change of the source takes effect with the next request.' : ''}`
  return [
    '',
    ...table,
    ...(warnings.length > 0
      ? ['', ...warnings.map((it) => `  ${paint('yellow', 'Note')} ${printable(it)}`)]
      : []),
    '',
    `  curl -i ${options.https === true ? '-k ' : ''}${alb.url}/`,
    '',
    `  ${paint('dim', end)}`,
    '',
  ].join('\n')
}

type Row = readonly [label: string, lines: readonly string[]]

function targetRows({ targetGroups, rules }: LoadBalancerDefinition): readonly Row[] {
  const [only, second] = targetGroups
  if (only !== undefined && second === undefined && rules.length === 1) {
    const hint = only.multiValueHeaders ? '' : " (AWS's default; -m for multi-value headers)"
    const mode: readonly Row[] = only.type === 'lambda' ? [['Mode', [modeOf(only) + hint]]] : []
    return [['Target', [targetsOf(only)]], ...mode]
  }
  const cells = targetGroups.map((group) => [
    group.name,
    targetsOf(group),
    shareOf(group, rules),
    group.type === 'lambda' ? modeOf(group) : '',
  ])
  const before = rules.length - 1
  return [
    ['Target groups', align(cells)],
    ...(before > 0 ? [['Rules', [`${before}, and the default rule`]] satisfies Row] : []),
  ]
}

/** Target groups and their targets, for whoever shows them elsewhere. */
export function targetFacts({
  targetGroups,
}: LoadBalancerDefinition): readonly (readonly [group: string, targets: string])[] {
  return targetGroups.map((group) => [group.name, targetsOf(group)])
}

function modeOf({ multiValueHeaders }: TargetGroupDefinition): string {
  return multiValueHeaders ? 'multi-value headers' : 'single-value headers'
}

/** The share of the default rule's traffic, where it is divided. */
function shareOf({ arn }: TargetGroupDefinition, rules: readonly Rule[]): string {
  const action = rules.at(-1)?.action
  if (action?.type !== 'forward' || action.targetGroups.length < 2) return ''
  const sum = action.targetGroups.reduce((total, { weight }) => total + weight, 0)
  const own = action.targetGroups.find((candidate) => candidate.arn === arn)?.weight
  return own === undefined || sum === 0 ? '' : `${Math.round((own / sum) * 1000) / 10} %`
}

function targetsOf({ targets }: TargetGroupDefinition): string {
  return targets.length === 0 ? 'no target: 503' : targets.map(nameOf).join(', ')
}

function nameOf(target: TargetDefinition): string {
  if ('kind' in target && target.kind === 'instance') return target.url
  const name = 'kind' in target ? target.file : target.label
  return relative(process.cwd(), name) || name
}

/** Lines of cells that stand below each other; trailing blanks are left out. */
function align(lines: readonly (readonly string[])[]): string[] {
  const widths = lines[0]?.map((_cell, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)))
  return lines.map((line) =>
    line
      .map((cell, i) => cell.padEnd(widths?.[i] ?? 0))
      .filter((cell) => cell !== '')
      .join('  ')
      .trimEnd(),
  )
}
