import type { IncrementResponse, Options, Store } from 'express-rate-limit'
import type { Database } from '../db/database.js'

/**
 * Counts in the database: a limit that each process counted on its own would grow with the number of processes.
 */
export class DatabaseRateLimitStore implements Store {
  readonly localKeys = false
  readonly prefix: string
  readonly #database: Database
  #windowSeconds = 60

  /** @param prefix tells the limits in one database apart, such as `api:` */
  constructor(database: Database, prefix: string) {
    this.#database = database
    this.prefix = prefix
  }

  init({ windowMs }: Options): void {
    this.#windowSeconds = windowMs / 1000
  }

  async increment(key: string): Promise<IncrementResponse> {
    const [row] = await this.#database.query<{ hits: number; resets_at: Date }>(
      `INSERT INTO rate_limits AS counted (key, hits, resets_at)
       VALUES ($1, 1, now() + make_interval(secs => $2))
       ON CONFLICT (key) DO UPDATE SET
         hits = CASE WHEN counted.resets_at > now() THEN counted.hits + 1 ELSE 1 END,
         resets_at = CASE WHEN counted.resets_at > now() THEN counted.resets_at ELSE excluded.resets_at END
       RETURNING hits, resets_at`,
      [this.prefix + key, this.#windowSeconds],
    )
    if (row === undefined) throw new Error('The database counted nothing')
    if (row.hits === 1) await this.#removeOld()
    return { totalHits: row.hits, resetTime: row.resets_at }
  }

  async decrement(key: string): Promise<void> {
    await this.#database.query(
      'UPDATE rate_limits SET hits = hits - 1 WHERE key = $1 AND hits > 0 AND resets_at > now()',
      [this.prefix + key],
    )
  }

  async resetKey(key: string): Promise<void> {
    await this.#database.query('DELETE FROM rate_limits WHERE key = $1', [this.prefix + key])
  }

  async #removeOld(): Promise<void> {
    await this.#database.query(
      `DELETE FROM rate_limits WHERE key IN
       (SELECT key FROM rate_limits WHERE resets_at < now() LIMIT 100 FOR UPDATE SKIP LOCKED)`,
    )
  }
}
