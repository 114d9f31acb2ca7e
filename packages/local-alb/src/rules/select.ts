import type { ForwardedRequest } from '../targets/target.js'
import { compileCondition, type Predicate } from './conditions.js'
import type { Rule } from './definition.js'

/**
 * The first rule whose conditions all hold; the default rule, which has none, comes last and always holds (AWS: "Listener
 * rules").
 *
 * @param rules in order of evaluation
 * @param clientAddress IPv4 never mapped into IPv6; by default that of the connection's other end
 * @throws {Error} when no rule holds, so there was no default rule
 */
export function selectRule(
  rules: readonly Rule[],
  request: ForwardedRequest,
  clientAddress: string = request.connection.client.address,
): Rule {
  const rule = rules.find((candidate) =>
    predicatesOf(candidate).every((holds) => holds(request, clientAddress)),
  )
  if (!rule) throw new Error('no rule matches the request: the last rule must be a default rule')
  return rule
}

/** Rules are plain data and outlive many requests: each is compiled once. */
const compiled = new WeakMap<Rule, readonly Predicate[]>()

function predicatesOf(rule: Rule): readonly Predicate[] {
  const known = compiled.get(rule)
  if (known) return known
  const predicates = rule.conditions.map(compileCondition)
  compiled.set(rule, predicates)
  return predicates
}
