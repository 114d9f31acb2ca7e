import type { Report } from './report.js'
import type { ServedRequest } from './served-request.js'

/** express-session leaves its store on the request. */
export function lookAtSession({ req }: ServedRequest, report: Report): void {
  const { sessionStore } = req as { readonly sessionStore?: unknown }
  if (typeof sessionStore !== 'object' || sessionStore === null) return
  const { name } = sessionStore.constructor
  if (name !== 'MemoryStore') return
  const what = 'express-session keeps sessions in its MemoryStore'
  report({ kind: 'memory-session', what, package: 'express-session' })
}
