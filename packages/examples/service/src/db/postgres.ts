import { Pool, type PoolClient } from 'pg'
import type { Database, Queries, Transaction } from './database.js'

const CONNECT_TIMEOUT_MS = 5_000
const QUERY_TIMEOUT_MS = 10_000

export function connectToPostgres(url: string, poolSize: number): Database {
  const pool = new Pool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    // Also ends the wait on a connection that died unnoticed, such as while the process was suspended.
    query_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
    // Connections at rest do not keep a process running that has nothing else to do.
    allowExitOnIdle: true,
  })
  // The server may end a connection at rest; the pool makes a new one. Without a listener the process would end.
  pool.on('error', (error) => {
    console.error('A database connection at rest failed:', error.message)
  })

  return {
    kind: 'postgres',
    ...queriesOf(pool),
    async transaction(work) {
      const client = await pool.connect()
      let failed: Error | undefined
      try {
        await client.query('BEGIN')
        const result = await work(transactionOf(client))
        await client.query('COMMIT')
        return result
      } catch (error) {
        await client.query('ROLLBACK').catch((rollbackError: unknown) => {
          failed = rollbackError instanceof Error ? rollbackError : new Error('Rollback failed')
        })
        throw error
      } finally {
        // A connection that could not be rolled back is closed instead of used again.
        client.release(failed)
      }
    },
    close: () => pool.end(),
  }
}

function queriesOf(client: Pool | PoolClient): Queries {
  return {
    async query<Row>(sql: string, values: readonly unknown[] = []) {
      const { rows } = await client.query(sql, [...values])
      return rows as Row[]
    },
  }
}

function transactionOf(client: PoolClient): Transaction {
  return {
    ...queriesOf(client),
    async run(script) {
      await client.query(script)
    },
  }
}
