import type { Action, FixedResponseAction, ForwardAction, RedirectAction } from '../definition.js'
import type { JsonValue } from './json-value.js'

/** What the reading of actions needs to know of all else. */
export interface ActionContext {
  /** The ARN of the group that a rule names by ARN or by name. */
  readonly toGroupArn: (reference: JsonValue) => string
  readonly ignoreAuthentication: boolean
  readonly warn: (sentence: string) => void
}

const ROUTING = ['forward', 'redirect', 'fixed-response'] as const
const AUTHENTICATION = ['authenticate-oidc', 'authenticate-cognito', 'jwt-validation'] as const
const CONTENT_TYPES = [
  'text/plain',
  'text/css',
  'text/html',
  'application/javascript',
  'application/json',
] as const

const MAX_TARGET_GROUPS = 5
const MAX_WEIGHT = 999
const MAX_STICKINESS_SECONDS = 604_800

/**
 * Reads a rule's `Actions` (AWS: "Action types for listener rules"): one that routes, as the last; before it, at most, one
 * that authenticates.
 *
 * @throws {ConfigurationError}
 */
export function readActions(json: JsonValue, context: ActionContext): Action {
  const actions = json
    .items()
    .toSorted((a, b) => orderOf(a) - orderOf(b))
    .filter((action) => !isAuthentication(action, context))
  const [action, second] = actions
  if (!action) throw json.wrong(`a rule needs one action, of type ${ROUTING.join(', ')}`)
  if (second) throw second.wrong('a rule has one action that routes; take the others out')
  const type = action.at('Type').oneOf(ROUTING)
  if (type === 'forward') return readForward(action, context)
  return type === 'redirect'
    ? readRedirect(action.at('RedirectConfig'))
    : readFixedResponse(action.at('FixedResponseConfig'), context)
}

function orderOf(action: JsonValue): number {
  return action.at('Order').isAbsent ? MAX_ORDER : action.at('Order').integer(1, MAX_ORDER)
}

const MAX_ORDER = 50_000

function isAuthentication(action: JsonValue, context: ActionContext): boolean {
  const type = AUTHENTICATION.find((candidate) => candidate === action.at('Type').value)
  if (type === undefined) return false
  if (!context.ignoreAuthentication) {
    throw action
      .at('Type')
      .wrong(
        'local-alb does not authenticate users; set "ignoreAuthentication": true in the configuration to leave this action out, ' +
          'every request then passes and none has x-amzn-oidc-* header fields',
      )
  }
  context.warn(
    `${action.path} (${type}) is left out: every request passes, without x-amzn-oidc-* fields`,
  )
  return true
}

function readForward(json: JsonValue, context: ActionContext): ForwardAction {
  const config = json.at('ForwardConfig')
  const tuples = config.isAbsent ? [] : config.at('TargetGroups').items()
  if (tuples.length > MAX_TARGET_GROUPS) {
    throw config
      .at('TargetGroups')
      .wrong(`a rule forwards to at most ${MAX_TARGET_GROUPS} target groups`)
  }
  // AWS prints a single group in both places.
  const targetGroups =
    tuples.length === 0
      ? [{ arn: context.toGroupArn(groupReference(json)), weight: 1 }]
      : tuples.map((tuple) => ({
          arn: context.toGroupArn(groupReference(tuple)),
          weight:
            tuples.length === 1 && tuple.at('Weight').isAbsent
              ? 1
              : tuple.at('Weight').integer(0, MAX_WEIGHT),
        }))
  for (const [index, { arn }] of targetGroups.entries()) {
    const isRepeated = targetGroups.slice(0, index).some((other) => other.arn === arn)
    if (isRepeated) throw config.at('TargetGroups').wrong(`it names the target group ${arn} twice`)
  }
  if (targetGroups.every(({ weight }) => weight === 0)) {
    context.warn(
      `${json.path} gives every target group the weight 0: its requests are answered with 503`,
    )
  }
  const stickiness = config.isAbsent ? config : config.at('TargetGroupStickinessConfig')
  if (stickiness.isAbsent || !stickiness.at('Enabled').flag())
    return { type: 'forward', targetGroups }
  const stickinessSeconds = stickiness.at('DurationSeconds').integer(1, MAX_STICKINESS_SECONDS)
  return { type: 'forward', targetGroups, stickinessSeconds }
}

function groupReference(json: JsonValue): JsonValue {
  const byName = json.at('TargetGroupName')
  return byName.isAbsent ? json.at('TargetGroupArn') : byName
}

function readRedirect(json: JsonValue): RedirectAction {
  const part = (name: string, otherwise: string): string =>
    json.at(name).isAbsent ? otherwise : json.at(name).text()
  const path = part('Path', '/#{path}')
  if (!path.startsWith('/')) throw json.at('Path').wrong('it must start with "/"')
  const port = part('Port', '#{port}')
  if (port !== '#{port}') json.at('Port').integer(1, 65_535)
  const protocol = json.at('Protocol')
  return {
    type: 'redirect',
    status: json.at('StatusCode').oneOf(['HTTP_301', 'HTTP_302']) === 'HTTP_301' ? 301 : 302,
    protocol: protocol.isAbsent ? '#{protocol}' : protocol.oneOf(['HTTP', 'HTTPS', '#{protocol}']),
    host: part('Host', '#{host}'),
    port,
    path,
    query: json.at('Query').value === '' ? '' : part('Query', '#{query}'),
  }
}

function readFixedResponse(json: JsonValue, context: ActionContext): FixedResponseAction {
  const status = json.at('StatusCode').integer(200, 599)
  if (status >= 300 && status < 400) {
    throw json
      .at('StatusCode')
      .wrong('it must be 2XX, 4XX or 5XX; for a redirect use the action "redirect"')
  }
  const body = json.at('MessageBody').value ?? ''
  if (typeof body !== 'string') throw json.at('MessageBody').wrong('it must be a string')
  if (body.length > 1024)
    context.warn(`${json.path}.MessageBody has ${body.length} characters; AWS takes at most 1,024`)
  const contentType = json.at('ContentType')
  return {
    type: 'fixed-response',
    status,
    body,
    ...(!contentType.isAbsent && { contentType: contentType.oneOf(CONTENT_TYPES) }),
  }
}
