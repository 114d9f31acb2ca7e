import { randomBytes } from 'node:crypto'
import type { Database } from '../../../packages/examples/service/src/db/database.js'
import { startPglite } from '../../../packages/examples/service/src/db/pglite.js'
import { connectToPostgres } from '../../../packages/examples/service/src/db/postgres.js'

/** A Postgres server to test against as well; without one, the database in memory. */
export const DATABASE_URL: string | undefined = process.env['DATABASE_URL'] || undefined

/** A schema of its own on the server, which goes away at the end. */
export interface PostgresSchema {
  /** Leads to the schema. */
  readonly url: string
  drop(): Promise<void>
}

export async function createSchema(databaseUrl: string): Promise<PostgresSchema> {
  const name = `service_test_${randomBytes(6).toString('hex')}`
  const admin = connectToPostgres(databaseUrl, 1)
  await admin.query(`CREATE SCHEMA ${name}`)
  const url = new URL(databaseUrl)
  url.searchParams.set('options', `-c search_path=${name}`)
  return {
    url: url.href,
    async drop() {
      await admin.query(`DROP SCHEMA ${name} CASCADE`)
      await admin.close()
    },
  }
}

/** A database without tables: on the server when there is one, and in memory otherwise. */
export async function openEmptyDatabase(): Promise<Database> {
  if (DATABASE_URL === undefined) return startPglite()
  const schema = await createSchema(DATABASE_URL)
  const database = connectToPostgres(schema.url, 4)
  return {
    ...database,
    async close() {
      await database.close()
      await schema.drop()
    },
  }
}
