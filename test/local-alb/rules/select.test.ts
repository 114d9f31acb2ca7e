import { describe, expect, it } from 'vitest'
import type { Condition, Rule } from '../../../packages/local-alb/src/rules/definition.js'
import { selectRule } from '../../../packages/local-alb/src/rules/select.js'
import { createForwardedRequest } from '../../helpers/http-request.js'

function rule(priority: Rule['priority'], ...conditions: Condition[]): Rule {
  return { priority, conditions, action: { type: 'fixed-response', status: 200, body: '' } }
}

const path = (...values: string[]): Condition => ({ field: 'path-pattern', values, regex: false })
const method = (...values: string[]): Condition => ({ field: 'http-request-method', values })

const RULES = [
  rule(1, path('/a/*'), method('GET')),
  rule(2, path('/a/*', '/b/*')),
  rule(3, path('/b/*')),
  rule('default'),
]

describe('the rule for a request', () => {
  it.each([
    ['GET', '/a/x', 1],
    ['POST', '/a/x', 2],
    ['GET', '/b/x', 2],
    ['GET', '/c', 'default'],
  ])('%s %s: %s', (verb, target, priority) => {
    const request = createForwardedRequest({ method: verb, target })
    expect(selectRule(RULES, request).priority).toBe(priority)
  })

  it('is told by the address of the connection, or by the one given', () => {
    const rules = [
      rule(1, { field: 'source-ip', values: ['203.0.113.0/24'] }),
      rule(2, { field: 'source-ip', values: ['198.51.100.0/24'] }),
      rule('default'),
    ]
    const request = createForwardedRequest()
    expect(selectRule(rules, request).priority).toBe(1)
    expect(selectRule(rules, request, '198.51.100.1').priority).toBe(2)
    expect(selectRule(rules, request, '192.0.2.1').priority).toBe('default')
  })

  it('fails loudly when no rule is the default one', () => {
    const request = createForwardedRequest({ target: '/c' })
    expect(() => selectRule(RULES.slice(0, 3), request)).toThrow('default rule')
  })
})
