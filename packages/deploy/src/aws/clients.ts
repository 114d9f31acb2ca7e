import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'

export interface AwsOptions {
  readonly region: string
  /** In place of AWS's own, as the AWS CLI's `--endpoint-url`. */
  readonly endpointUrl: string | undefined
  /** Of `~/.aws/config`. */
  readonly profile: string | undefined
  /** How long one attempt of a call may take. */
  readonly callTimeoutMs: number
}

export interface Aws {
  /** For reading: the SDK tries again on throttling and broken connections. */
  readonly reads: ElasticLoadBalancingV2Client
  /** For changing: one attempt. Before another, the rule must be read again, since the first may have worked. */
  readonly writes: ElasticLoadBalancingV2Client
  readonly cloudWatch: CloudWatchClient
  readonly close: () => void
}

/** Credentials, proxies and so on come from where all of AWS's tools take them. */
export function createAws({ region, endpointUrl, profile, callTimeoutMs }: AwsOptions): Aws {
  const common = {
    region,
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
    ...(profile === undefined ? {} : { profile }),
    requestHandler: {
      connectionTimeout: Math.min(callTimeoutMs, 5_000),
      requestTimeout: callTimeoutMs,
      // Without it the SDK only warns, and a silent connection would end the watch.
      throwOnRequestTimeout: true,
    },
  }
  const reads = new ElasticLoadBalancingV2Client({ ...common, maxAttempts: 4 })
  const writes = new ElasticLoadBalancingV2Client({ ...common, maxAttempts: 1 })
  const cloudWatch = new CloudWatchClient({ ...common, maxAttempts: 4 })
  return {
    reads,
    writes,
    cloudWatch,
    close: () => {
      for (const client of [reads, writes, cloudWatch]) client.destroy()
    },
  }
}
