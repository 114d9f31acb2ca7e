import { type Rule, toWritableActions } from './rule.js'

/** What a write is made with, and how the AWS CLI would make it. */
export function toCommandLine(rule: Rule, options: readonly string[] = []): string {
  const actions = JSON.stringify(toWritableActions(rule))
  const words = rule.isDefault
    ? ['modify-listener', '--listener-arn', rule.listenerArn, '--default-actions', actions]
    : ['modify-rule', '--rule-arn', rule.ruleArn, '--actions', actions]
  const region = ['--region', rule.region]
  return ['aws', 'elbv2', ...words, ...region, ...options].map(quote).join(' ')
}

/** For POSIX shells. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
