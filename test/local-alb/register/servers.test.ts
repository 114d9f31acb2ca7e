import { beforeAll, describe, expect, it } from 'vitest'
import { createCertificate } from '../../../packages/local-alb/src/listener/self-signed.js'
import { build, BUILD_DEADLINE_MS, execArgs, RUN_DEADLINE_MS, runNode } from './processes.js'
import { summaryOf } from './summary-of.js'

beforeAll(build, BUILD_DEADLINE_MS)

describe('servers of a test process', () => {
  it(
    'answer as behind the load balancer, of whatever kind they are',
    async () => {
      const { key, cert } = await createCertificate()
      const run = await runNode(
        execArgs(
          [process.execPath, '--test-reporter=tap', 'servers.suite.mjs'],
          '--multi-value-headers',
          '--json',
          '--adapter',
          './adapters/faulty.mjs',
        ),
        {
          SUITE_TLS: JSON.stringify({ key, cert }),
          LOCAL_ALB_SKIP: 'no-such-package, stand-in.mjs',
        },
      )
      expect(run.stdout).not.toMatch(/^not ok/m)
      expect(run.stdout).toMatch(/^# skipped 0$/m)
      expect(run.code).toBe(0)
      expect(summaryOf(run)).toEqual({
        mode: 'multi',
        processes: 3,
        requests: 19,
        answered: 11,
        abandoned: 1,
        refused: expect.arrayContaining([
          refusal(502, 'LambdaInvalidResponse', /"content-length"\]\[0\] is the number 22/),
          refusal(502, 'LambdaResponseTooLarge', /1,048,576/),
          refusal(502, 'LambdaUnhandled', /TypeError: no luck/),
          refusal(400, 'LambdaWebsocketNotSupported', /WebSocket/),
          refusal(400, undefined, /CONNECT/),
          refusal(405, undefined, /TRACE/),
          refusal(413, 'LambdaRequestTooLarge', /9,999,999/),
        ]) as unknown,
        faults: [],
        // What the doctor sees: listeners that no request will come to.
        findings: [
          expect.objectContaining({ kind: 'upgrade', what: 'A server waits for "upgrade"' }),
          expect.objectContaining({ kind: 'upgrade', what: 'A server waits for "connect"' }),
        ],
      })
    },
    RUN_DEADLINE_MS,
  )
})

function refusal(status: number, errorReason: string | undefined, explanation: RegExp): unknown {
  return {
    status,
    ...(errorReason !== undefined && { errorReason }),
    count: 1,
    causes: [
      {
        explanation: expect.stringMatching(explanation) as unknown,
        example: expect.stringMatching(/^[A-Z]+ /) as unknown,
        count: 1,
      },
    ],
  }
}
