import type { RequestHandler } from 'express'
import { rateLimit } from 'express-rate-limit'
import type { Config } from '../config.js'
import type { Database } from '../db/database.js'
import { HttpError } from './http-error.js'
import { DatabaseRateLimitStore } from './rate-limit-store.js'

const MINUTE_MS = 60_000

/** For each `req.ip`, so `trust proxy` has to be right: else all clients count as one, or each as many. */
export function apiLimit(database: Database, config: Config): RequestHandler {
  return limit(database, 'api:', MINUTE_MS, config.apiRequestsPerMinute)
}

/** Slows down who tries passwords. */
export function loginLimit(database: Database, config: Config): RequestHandler {
  return limit(database, 'login:', 15 * MINUTE_MS, config.loginsPerQuarterHour)
}

function limit(
  database: Database,
  prefix: string,
  windowMs: number,
  requests: number,
): RequestHandler {
  return rateLimit({
    windowMs,
    limit: requests,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    store: new DatabaseRateLimitStore(database, prefix),
    handler: () => {
      throw new HttpError(429, 'Too many requests; try again later')
    },
  })
}
