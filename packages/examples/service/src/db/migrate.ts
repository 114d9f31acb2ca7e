import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { assets } from '../assets.js'
import type { Database } from './database.js'

/** Any number, the same in every process: whoever holds this lock migrates. */
const LOCK = 4_112_026

/**
 * Runs the SQL files that this database has not seen, in the order of their names: all of them or none. Processes that
 * start at the same time wait for each other.
 *
 * @returns the names of the files that ran
 */
export async function migrate(
  database: Database,
  folder: string = assets.migrations,
): Promise<string[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted()
  return database.transaction(async (transaction) => {
    // Kept until the transaction ends, however it ends.
    await transaction.query('SELECT pg_advisory_xact_lock($1)', [LOCK])
    await transaction.run(`CREATE TABLE IF NOT EXISTS migrations (
      name text PRIMARY KEY,
      applied_at timestamptz NOT NULL DEFAULT now()
    )`)
    const applied = await transaction.query<{ name: string }>('SELECT name FROM migrations')
    const isApplied = new Set(applied.map(({ name }) => name))
    const missing = files.filter((name) => !isApplied.has(name))
    for (const name of missing) {
      await transaction.run(await readFile(join(folder, name), 'utf8'))
      await transaction.query('INSERT INTO migrations (name) VALUES ($1)', [name])
    }
    return missing
  })
}
