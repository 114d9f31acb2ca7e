import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Observation } from './finding.js'
import { installProbes } from './probes/install.js'
import { serveRequest } from './probes/serve-request.js'
import { probeTrustProxy, requestPrototypeOf } from './probes/trust-proxy.js'

/**
 * Looks at what the servers of this process do while they serve requests. What happens beside requests is the test
 * suite's business.
 *
 * @returns what each request is to go through
 */
export function watchServers(
  observe: (observation: Observation) => void,
): (server: Server, req: IncomingMessage, res: ServerResponse, answer: () => void) => void {
  const { report } = installProbes({ scope: 'tests', report: observe })
  return (server, req, res, answer) => {
    for (const listener of server.listeners('request')) {
      const prototype = requestPrototypeOf(listener)
      if (prototype !== undefined) probeTrustProxy(prototype, report)
    }
    serveRequest(req, res, report, answer)
  }
}
