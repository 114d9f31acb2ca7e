import { createHash } from 'node:crypto'
import type { TargetGroupDefinition } from '../definition.js'
import { ConfigurationError, type JsonValue, list } from './json-value.js'

/** A target group as it is described, before its targets are known. */
export interface DescribedGroup {
  readonly arn: string
  readonly name: string
  /** `undefined` where nothing says it: its targets decide. */
  readonly type: TargetGroupDefinition['type'] | undefined
  /** All of it; `undefined` when it is only known by name. */
  readonly json: JsonValue | undefined
}

/** Target groups by ARN and by name. */
export class TargetGroupNames {
  readonly groups: readonly DescribedGroup[]

  constructor(groups: readonly DescribedGroup[]) {
    this.groups = groups
  }

  find(reference: string): DescribedGroup | undefined {
    const name = nameInArn(reference) ?? reference
    return (
      this.groups.find(({ arn }) => arn === reference) ??
      // An ARN that is not known names another group, even if of the same name, unless this one has no ARN of its own.
      this.groups.find((group) => group.name === name && (name === reference || isMadeUp(group)))
    )
  }

  /**
   * @throws {ConfigurationError} when there is no such group, listing those there are
   */
  get(reference: JsonValue): DescribedGroup {
    const name = reference.text("it must be a target group's ARN or name")
    const group = this.find(name)
    if (!group) throw reference.wrong(`there is no such target group; ${this.known}`)
    return group
  }

  /**
   * The group that a member of an object is named after.
   *
   * @throws {ConfigurationError} when there is no such group, listing those there are
   */
  getByKey(key: string, member: JsonValue): DescribedGroup {
    const group = this.find(key)
    if (!group) {
      throw new ConfigurationError(
        `${member.path} is for a target group that is not there; ${this.known}`,
      )
    }
    return group
  }

  get known(): string {
    return this.groups.length === 0
      ? 'none is described'
      : `known are ${list(this.groups.map((group) => group.name))}`
  }
}

const TYPES = ['lambda', 'instance', 'ip', 'alb'] as const

/**
 * Reads what `aws elbv2 describe-target-groups` prints, or a part of it that was written by hand; then only
 * `TargetGroupName` is needed.
 *
 * @throws {ConfigurationError}
 */
export function readTargetGroups(
  json: JsonValue,
  warn: (sentence: string) => void,
): readonly DescribedGroup[] {
  const groups = json.isObject ? json.at('TargetGroups') : json
  return groups.items().map((item) => {
    const arn = item.at('TargetGroupArn')
    const name = item.at('TargetGroupName')
    const type = item.at('TargetType').isAbsent ? undefined : item.at('TargetType').oneOf(TYPES)
    if (type === 'alb') {
      throw item
        .at('TargetType')
        .wrong('only network load balancers forward to groups of this type')
    }
    const version = item.at('ProtocolVersion')
    if (!version.isAbsent && version.value !== 'HTTP1') {
      warn(`${version.path} is ${version.shown}; local-alb speaks HTTP/1.1 with its targets`)
    }
    const inArn = arn.isAbsent ? undefined : nameInArn(arn.text())
    const known = inArn ?? name.text('give the target group a name or an ARN')
    return {
      arn: arn.isAbsent ? makeArn(known) : arn.text(),
      name: name.isAbsent ? known : name.text(),
      type,
      json: item,
    }
  })
}

/** Groups that nobody described: whoever names a target by the name of a group means one. */
export function inferTargetGroups(
  names: readonly string[],
  arns: readonly string[],
): readonly DescribedGroup[] {
  return names.map((reference) => {
    const name = nameInArn(reference) ?? reference
    const arn = [reference, ...arns].find((candidate) => nameInArn(candidate) === name)
    return { arn: arn ?? makeArn(name), name, type: undefined, json: undefined }
  })
}

/** The ARNs of target groups anywhere in the JSON. */
export function targetGroupArnsIn({ value }: JsonValue): readonly string[] {
  return (
    JSON.stringify(value ?? null).match(
      /arn:[^:"]*:elasticloadbalancing:[^"]*:targetgroup\/[^"]*/g,
    ) ?? []
  )
}

/** The name of the target group in its ARN; `undefined` for anything else. */
export function nameInArn(arn: string): string | undefined {
  return /^arn:[^:]*:elasticloadbalancing:[^:]*:[^:]*:targetgroup\/([^/]+)\//.exec(arn)?.[1]
}

const MADE_UP_ACCOUNT = '123456789012'

function makeArn(name: string): string {
  const id = createHash('sha256').update(name).digest('hex').slice(0, 16)
  return `arn:aws:elasticloadbalancing:us-east-1:${MADE_UP_ACCOUNT}:targetgroup/${name}/${id}`
}

function isMadeUp({ arn, name }: DescribedGroup): boolean {
  return arn === makeArn(name)
}
