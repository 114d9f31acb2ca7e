import { InvalidArgumentError } from 'commander'
import { parseDuration } from '../report/duration.js'
import { parseListenerArn, parseRuleArn } from '../rule/arn.js'

/** Readers of option values. Commander puts the option's name before their messages. */

export function toDuration(value: string): number {
  const ms = parseDuration(value)
  if (ms !== undefined) return ms
  throw new InvalidArgumentError('It must be a time such as 90s, 10m or 1h30m.')
}

export function toInterval(value: string): number {
  const ms = toDuration(value)
  if (ms > 0) return ms
  throw new InvalidArgumentError('It must be longer than 0.')
}

export function toShare(value: string): number {
  const percent = readPercent(value)
  if (percent !== undefined && Number.isInteger(Math.round(percent * 1e6) / 1e5)) return percent
  throw new InvalidArgumentError('It must be a percentage from 0 to 100, with one decimal at most.')
}

export function toShares(value: string): readonly number[] {
  const shares = value.split(',').map((part) => toShare(part.trim()))
  const isRising = shares.every((share, index) => share > (shares[index - 1] ?? 0))
  if (isRising) return shares
  throw new InvalidArgumentError('The steps must be above 0 and rise, as 1,5,25,100.')
}

/** @returns 0 to 1 */
export function toRate(value: string): number {
  const percent = readPercent(value)
  if (percent !== undefined) return percent / 100
  throw new InvalidArgumentError('It must be a percentage from 0 to 100, such as 1% or 0.5%.')
}

function readPercent(value: string): number | undefined {
  const match = /^(\d{1,3}(?:\.\d+)?) ?%?$/.exec(value)
  const percent = Number(match?.[1])
  return match !== null && percent <= 100 ? percent : undefined
}

export function toCount(value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value)
  throw new InvalidArgumentError('It must be a whole number.')
}

export function toPositiveCount(value: string): number {
  const count = toCount(value)
  if (count > 0) return count
  throw new InvalidArgumentError('It must be 1 at least.')
}

export function toRuleArn(value: string): string {
  if (parseRuleArn(value) !== undefined) return value
  const hint = parseListenerArn(value) === undefined ? '' : ' This is a listener: use --listener.'
  throw new InvalidArgumentError(
    `It must be the ARN of an Application Load Balancer's rule: arn:aws:elasticloadbalancing:<region>:<account>:listener-rule/app/….${hint}`,
  )
}

export function toListenerArn(value: string): string {
  if (parseListenerArn(value) !== undefined) return value
  const hint = parseRuleArn(value) === undefined ? '' : ' This is a rule: use --rule.'
  throw new InvalidArgumentError(
    `It must be the ARN of an Application Load Balancer's listener: arn:aws:elasticloadbalancing:<region>:<account>:listener/app/….${hint}`,
  )
}

export function toPriority(value: string): string {
  if (value === 'default') return value
  if (/^[1-9]\d{0,4}$/.test(value) && Number(value) <= 50_000) return value
  throw new InvalidArgumentError('It must be a number from 1 to 50000, or "default".')
}

export function toTargetGroupArn(value: string): string {
  const isGroup =
    /^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:targetgroup\/[^/\s]+\/\S+$/
  if (isGroup.test(value)) return value
  throw new InvalidArgumentError("It must be a target group's ARN.")
}

export function toUrl(value: string): string {
  if (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)) return value
  throw new InvalidArgumentError('It must be a URL such as http://127.0.0.1:5000.')
}

export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}
