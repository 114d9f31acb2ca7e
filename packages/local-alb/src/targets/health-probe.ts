import { get as getHttp } from 'node:http'
import { get as getHttps } from 'node:https'
import { toHealthCheckEvent } from '../event/health-check.js'
import type { Settings } from '../options.js'
import type { HealthCheckDefinition, TargetGroupDefinition } from '../rules/definition.js'
import type { LambdaFunction } from './lambda-function.js'

/** What one health check found. The reasons are AWS's (AWS: "Health check reason codes"). */
export type ProbeResult =
  | { readonly isHealthy: true }
  | {
      readonly isHealthy: false
      readonly reason:
        'Target.ResponseCodeMismatch' | 'Target.Timeout' | 'Target.FailedHealthChecks'
      readonly description: string
    }

/** Checks a target once. Never rejects. */
export type Probe = () => Promise<ProbeResult>

/** A GET on a connection of its own, with the header fields that a load balancer sends there. */
export function serverProbe(url: string, check: HealthCheckDefinition): Probe {
  const { host, protocol } = new URL(url)
  const get = protocol === 'https:' ? getHttps : getHttp
  return () =>
    new Promise((resolve) => {
      const request = get(url, {
        path: check.path,
        agent: false,
        rejectUnauthorized: false,
        headers: {
          Host: host,
          Connection: 'close',
          'User-Agent': 'ELB-HealthChecker/2.0',
          'Accept-Encoding': 'gzip, compressed',
        },
        signal: AbortSignal.timeout(check.timeoutSeconds * 1000),
      })
      request
        .on('response', (response) => {
          resolve(judge(response.statusCode, check))
          response.on('error', () => {})
          response.destroy()
        })
        .on('upgrade', (_response, socket) => {
          socket.destroy()
          resolve(judge(101, check))
        })
        .on('error', (error) => {
          resolve(
            error.name === 'TimeoutError' || error.name === 'AbortError'
              ? timedOut(check)
              : failed(error.message),
          )
        })
        .on('close', () => {
          // Settled already, unless it ended without any of the above.
          resolve(failed('the connection was closed'))
        })
    })
}

/** An invocation with the event of a health check; each is billed at AWS. */
export function functionProbe(
  fn: LambdaFunction,
  group: Pick<TargetGroupDefinition, 'arn' | 'multiValueHeaders'>,
  check: HealthCheckDefinition,
  settings: Settings,
): Probe {
  const payload = toHealthCheckEvent(check.path, group, settings)
  return async () => {
    let timer: NodeJS.Timeout | undefined
    const timeout = new Promise<ProbeResult>((resolve) => {
      timer = setTimeout(() => {
        resolve(timedOut(check))
      }, check.timeoutSeconds * 1000).unref()
    })
    const checked = fn.invoke({ payload }).then((outcome) => {
      if (outcome.kind === 'throttled') return failed('the function was throttled')
      if (outcome.kind === 'function-error')
        return failed(`${outcome.errorType}: ${outcome.errorMessage}`)
      return judge(statusOf(outcome.payload), check)
    })
    const result = await Promise.race([checked, timeout])
    clearTimeout(timer)
    return result
  }
}

function statusOf(payload: string): unknown {
  try {
    const result: unknown = JSON.parse(payload)
    return typeof result === 'object' && result !== null && 'statusCode' in result
      ? result.statusCode
      : undefined
  } catch {
    return undefined
  }
}

function judge(status: unknown, { matcher }: HealthCheckDefinition): ProbeResult {
  if (typeof status === 'number' && isMatch(status, matcher)) return { isHealthy: true }
  return {
    isHealthy: false,
    reason: 'Target.ResponseCodeMismatch',
    description: `Health checks failed with these codes: [${String(status)}]; the matcher is ${matcher}`,
  }
}

function isMatch(status: number, matcher: string): boolean {
  return matcher.split(',').some((range) => {
    const [from = '', to = from] = range.split('-')
    return status >= Number(from) && status <= Number(to)
  })
}

function timedOut({ timeoutSeconds }: HealthCheckDefinition): ProbeResult {
  return {
    isHealthy: false,
    reason: 'Target.Timeout',
    description: `Request timed out after ${timeoutSeconds} s`,
  }
}

function failed(why: string): ProbeResult {
  return {
    isHealthy: false,
    reason: 'Target.FailedHealthChecks',
    description: `Health checks failed: ${why}`,
  }
}
