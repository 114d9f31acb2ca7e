import { callbackify } from 'node:util'
import { Store, type SessionData } from 'express-session'
import type { Database } from '../db/database.js'

type Done = (error?: unknown) => void

/**
 * Sessions in the database: every process that serves the same users sees them, and they outlive each of them.
 *
 * What has expired is removed while new sessions are stored; there is no timer that would have to run on its own.
 */
export class DatabaseSessionStore extends Store {
  readonly #database: Database

  constructor(database: Database) {
    super()
    this.#database = database
  }

  override get(id: string, callback: (error: unknown, session?: SessionData | null) => void): void {
    callbackify(() => this.#read(id))(callback)
  }

  override set(id: string, session: SessionData, callback: Done = () => {}): void {
    callbackify(() => this.#write(id, session))(callback)
  }

  override touch(id: string, session: SessionData, callback: Done = () => {}): void {
    callbackify(() => this.#prolong(id, session))(callback)
  }

  override destroy(id: string, callback: Done = () => {}): void {
    callbackify(() => this.#remove(id))(callback)
  }

  async #read(id: string): Promise<SessionData | null> {
    const [row] = await this.#database.query<{ data: SessionData }>(
      'SELECT data FROM sessions WHERE id = $1 AND expires_at > now()',
      [id],
    )
    return row?.data ?? null
  }

  async #write(id: string, session: SessionData): Promise<void> {
    await this.#database.query(
      `INSERT INTO sessions (id, data, expires_at) VALUES ($1, $2, $3)
       ON CONFLICT (id) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at`,
      [id, JSON.stringify(session), expiryOf(session)],
    )
    // Rows that another process is just removing are left to it, instead of waiting for each other.
    await this.#database.query(
      `DELETE FROM sessions WHERE id IN
       (SELECT id FROM sessions WHERE expires_at < now() LIMIT 100 FOR UPDATE SKIP LOCKED)`,
    )
  }

  async #prolong(id: string, session: SessionData): Promise<void> {
    await this.#database.query('UPDATE sessions SET expires_at = $2 WHERE id = $1', [
      id,
      expiryOf(session),
    ])
  }

  async #remove(id: string): Promise<void> {
    await this.#database.query('DELETE FROM sessions WHERE id = $1', [id])
  }
}

const DAY_MS = 86_400_000

function expiryOf({ cookie }: SessionData): string {
  return new Date(cookie.expires ?? Date.now() + DAY_MS).toISOString()
}
