import { PGlite, type Transaction as PgliteTransaction } from '@electric-sql/pglite'
import type { Database, Queries } from './database.js'

/** Postgres in this process and in memory: nothing to install, nothing left when the process ends. */
export async function startPglite(): Promise<Database> {
  const postgres = await PGlite.create()
  return {
    kind: 'pglite',
    ...queriesOf(postgres),
    transaction: (work) =>
      postgres.transaction((transaction) =>
        work({
          ...queriesOf(transaction),
          async run(script) {
            await transaction.exec(script)
          },
        }),
      ),
    close: () => postgres.close(),
  }
}

function queriesOf(postgres: PGlite | PgliteTransaction): Queries {
  return {
    async query<Row>(sql: string, values: readonly unknown[] = []) {
      const { rows } = await postgres.query<Row>(sql, [...values])
      return rows
    },
  }
}
