import { randomUUID } from 'node:crypto'
import { z } from 'zod'

const variables = z
  .object({
    DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
    DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(100).default(10),
    SESSION_SECRET: z.string().min(32).optional(),
    TRUST_PROXY: z.string().min(1).default('uniquelocal'),
    CORS_ORIGINS: z.string().default(''),
    API_REQUESTS_PER_MINUTE: z.coerce.number().int().min(1).default(120),
    LOGINS_PER_QUARTER_HOUR: z.coerce.number().int().min(1).default(20),
  })
  .refine((env) => env.DATABASE_URL === undefined || env.SESSION_SECRET !== undefined, {
    path: ['SESSION_SECRET'],
    message:
      'Needed with DATABASE_URL: every process must be able to read the sessions of the others',
  })

export interface Config {
  /** A Postgres server; without it, a database in memory that ends with the process. */
  readonly databaseUrl: string | undefined
  /** Connections that one process keeps to the Postgres server, at most. */
  readonly databasePoolSize: number
  readonly sessionSecret: string
  /** Whose `X-Forwarded-*` is believed: Express's `trust proxy`. */
  readonly trustProxy: string
  /** Origins of other sites whose pages may use the API, cookies included. */
  readonly corsOrigins: readonly string[]
  readonly apiRequestsPerMinute: number
  readonly loginsPerQuarterHour: number
}

/** @throws {Error} naming each environment variable that is wrong and why */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  // Deployment tools like to set what has no value to nothing.
  const given = Object.entries(env).filter(([, value]) => value !== '')
  const { success, data, error } = variables.safeParse(Object.fromEntries(given))
  if (!success) throw new Error(`The environment is not right:\n${z.prettifyError(error)}`)
  return {
    databaseUrl: data.DATABASE_URL,
    databasePoolSize: data.DATABASE_POOL_SIZE,
    // The database in memory holds the sessions too, and both end with this process.
    sessionSecret: data.SESSION_SECRET ?? randomUUID(),
    trustProxy: data.TRUST_PROXY,
    corsOrigins: data.CORS_ORIGINS.split(',').flatMap((origin) => origin.trim() || []),
    apiRequestsPerMinute: data.API_REQUESTS_PER_MINUTE,
    loginsPerQuarterHour: data.LOGINS_PER_QUARTER_HOUR,
  }
}
