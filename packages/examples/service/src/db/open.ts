import type { Config } from '../config.js'
import type { Database } from './database.js'
import { migrate } from './migrate.js'

type Settings = Pick<Config, 'databaseUrl' | 'databasePoolSize'>

/** Connects to the database, or starts one in memory, and brings its tables up to date. */
export async function openDatabase(settings: Settings): Promise<Database> {
  const database = await connect(settings)
  try {
    await migrate(database)
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}

// Each is loaded only when it is used: the one in memory is large.
async function connect({ databaseUrl, databasePoolSize }: Settings): Promise<Database> {
  if (databaseUrl !== undefined) {
    const { connectToPostgres } = await import('./postgres.js')
    return connectToPostgres(databaseUrl, databasePoolSize)
  }
  const { startPglite } = await import('./pglite.js')
  return startPglite()
}
