import { ExpressAlbError } from '../errors.js'

/** The members by which the events of other sources are told; all of them unverified. */
interface ForeignHints {
  readonly requestContext?: unknown
  readonly version?: unknown
  readonly rawPath?: unknown
  readonly resource?: unknown
  readonly Records?: unknown
  readonly source?: unknown
  readonly type?: unknown
  readonly httpMethod?: unknown
}

/**
 * Throws when an event without `requestContext.elb` is clearly another source's. Events written by
 * hand for an ALB have no `requestContext`, and pass.
 *
 * @throws ExpressAlbError `FOREIGN_EVENT`
 */
export function refuseForeignEvent(event: object): void {
  const source = sourceOf(event)
  if (source === undefined) return
  throw new ExpressAlbError(
    'FOREIGN_EVENT',
    `This looks like an event of ${source}, not of an Application Load Balancer. ` +
      'Give that source a function (or at least a handler) of its own, ' +
      'or make this function the target of a target group of type "lambda".',
  )
}

function sourceOf(event: ForeignHints): string | undefined {
  return httpSourceOf(event) ?? recordSourceOf(event.Records) ?? otherSourceOf(event)
}

function httpSourceOf(event: ForeignHints): string | undefined {
  const context = membersOf(event.requestContext)
  if ('http' in context || event.rawPath !== undefined) {
    const domain = context['domainName']
    if (typeof domain === 'string' && domain.includes('.lambda-url.'))
      return 'a Lambda function URL'
    if ('serviceNetworkArn' in context || 'targetGroupArn' in context) return 'VPC Lattice'
    return 'an API Gateway HTTP API or a Lambda function URL (payload format 2.0)'
  }
  if ('serviceNetworkArn' in context) return 'VPC Lattice'
  if ('connectionId' in context) return 'an API Gateway WebSocket API'
  if ('apiId' in context || 'stage' in context || typeof event.resource === 'string') {
    return 'an API Gateway REST API (payload format 1.0)'
  }
  return undefined
}

const RECORD_SOURCES: Readonly<Record<string, string>> = {
  'aws:sqs': 'SQS',
  'aws:sns': 'SNS',
  'aws:s3': 'S3',
  'aws:kinesis': 'Kinesis',
  'aws:dynamodb': 'DynamoDB Streams',
  'aws:ses': 'SES',
}

function recordSourceOf(records: unknown): string | undefined {
  if (!Array.isArray(records)) return undefined
  const first = membersOf(records[0])
  if ('cf' in first) return 'CloudFront (Lambda@Edge)'
  const name = first['eventSource'] ?? first['EventSource']
  return typeof name === 'string' ? (RECORD_SOURCES[name] ?? name) : 'a queue or a stream'
}

function otherSourceOf(event: ForeignHints): string | undefined {
  if (event.httpMethod !== undefined) return undefined
  if ('detail-type' in event) return 'EventBridge'
  if ('eventSource' in event) return 'Kafka or MQ'
  if ('awslogs' in event) return 'CloudWatch Logs'
  if ('triggerSource' in event) return 'Cognito'
  if ('methodArn' in event || 'routeArn' in event) return 'an API Gateway authorizer'
  if ('RequestType' in event && 'ResponseURL' in event) return 'a CloudFormation custom resource'
  return undefined
}

function membersOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
