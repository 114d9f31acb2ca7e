export interface Queries {
  /** One statement with its values for $1, $2 and so on. */
  query<Row>(sql: string, values?: readonly unknown[]): Promise<Row[]>
}

export interface Transaction extends Queries {
  /** Any number of statements, without values. */
  run(script: string): Promise<void>
}

/** What the service needs of Postgres, wherever it runs. */
export interface Database extends Queries {
  readonly kind: 'postgres' | 'pglite'
  /** Commits when `work` fulfils, and rolls back when it rejects. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>
  close(): Promise<void>
}
