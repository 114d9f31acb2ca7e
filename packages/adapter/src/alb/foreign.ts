import { invalid } from '../errors.js'

interface ForeignMembers {
  readonly eventSource?: unknown
  readonly EventSource?: unknown
}

/**
 * Throws when an event without `requestContext.elb` is clearly another source's. Events written by
 * hand for an ALB have no `requestContext`, and pass.
 *
 * @throws ExpressAlbError `FOREIGN_EVENT`
 */
export function refuseForeignEvent(event: object): void {
  const { requestContext, Records } = event as { requestContext?: object; Records?: object[] }
  const members = {
    ...event,
    ...requestContext,
    ...Records?.[0],
  } as ForeignMembers
  // SQS, SNS, S3, Kafka and others say it themselves: "aws:sqs".
  const named = members.eventSource ?? members.EventSource
  // The others by members: the first that is there decides.
  const signs: Readonly<Record<string, string>> = {
    cf: 'CloudFront',
    rawPath: 'API Gateway v2 or a function URL',
    resource: 'API Gateway v1',
    stage: 'API Gateway',
    serviceNetworkArn: 'VPC Lattice',
    'detail-type': 'EventBridge',
  }
  const source = named ?? signs[Object.keys(signs).find((name) => name in members) as string]
  if (source) {
    const expected = 'an ALB: give it its own handler'
    throw invalid('FOREIGN_EVENT', 'event source', source, expected)
  }
}
