import { invalid } from '../errors.js'

interface ForeignMembers {
  readonly eventSource?: unknown
  readonly EventSource?: unknown
}

/** Members by which the events of other sources are told. The first that is there decides. */
const SIGNS: readonly (readonly [string, string])[] = [
  ['cf', 'CloudFront'],
  ['rawPath', 'API Gateway v2 or a function URL'],
  ['resource', 'API Gateway v1'],
  ['stage', 'API Gateway'],
  ['detail-type', 'EventBridge'],
]

/**
 * Throws when an event without `requestContext.elb` is clearly another source's. Events written by
 * hand for an ALB have no `requestContext`, and pass.
 *
 * @throws ExpressAlbError `FOREIGN_EVENT`
 */
export function refuseForeignEvent(event: object): void {
  const { requestContext, Records } = event as Record<string, unknown>
  const first: unknown = Array.isArray(Records) ? Records[0] : undefined
  const members = {
    ...event,
    ...(requestContext as object),
    ...(first as object),
  } as ForeignMembers
  // SQS, SNS, S3, Kafka and others say it themselves: "aws:sqs".
  const named = members.eventSource ?? members.EventSource
  const source = named ?? SIGNS.find(([name]) => name in members)?.[1]
  if (source !== undefined) {
    const expected = 'an ALB: give other sources a handler of their own'
    throw invalid('FOREIGN_EVENT', 'event source', source, expected)
  }
}
