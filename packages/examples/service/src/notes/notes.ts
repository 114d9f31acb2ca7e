import { z } from 'zod'
import type { Database } from '../db/database.js'
import { HttpError } from '../middleware/http-error.js'

/** What a list shows of a note. */
export interface NoteSummary {
  readonly id: number
  readonly title: string
  /** The beginning of the text. */
  readonly excerpt: string
  readonly updatedAt: Date
}

export interface Note extends Omit<NoteSummary, 'excerpt'> {
  readonly text: string
  readonly createdAt: Date
}

// Postgres keeps every character but this one.
const withoutNul = z.string().regex(/^[^\0]*$/, 'Must not contain NUL characters')
const title = withoutNul.trim().min(1).max(200)
const text = withoutNul.max(20_000)

export const newNote: z.ZodType<{ title: string; text: string }> = z.object({
  title,
  text: text.default(''),
})
export const noteChange: z.ZodType<{ title?: string | undefined; text?: string | undefined }> = z
  .strictObject({ title: title.optional(), text: text.optional() })
  .refine((change) => Object.keys(change).length > 0, 'Give a title or a text')
export const noteQuery: z.ZodType<{ q: string; limit: number }> = z.object({
  q: withoutNul.max(100).default(''),
  limit: z.coerce.number().int().min(1).max(100).default(50),
})
const COLUMNS = 'id, title, text, created_at AS "createdAt", updated_at AS "updatedAt"'

/** The notes of one user; those of others are not there for them. */
export class Notes {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** The latest first; with `q`, those that have it in title or text, in whatever case. */
  list(userId: number, { q, limit }: z.infer<typeof noteQuery>): Promise<NoteSummary[]> {
    return this.#database.query<NoteSummary>(
      `SELECT id, title, left(text, 200) AS excerpt, updated_at AS "updatedAt" FROM notes
       WHERE user_id = $1 AND ($2 = '' OR position(lower($2) IN lower(title || ' ' || text)) > 0)
       ORDER BY updated_at DESC, id DESC LIMIT $3`,
      [userId, q, limit],
    )
  }

  async add(userId: number, note: z.infer<typeof newNote>): Promise<Note> {
    const rows = await this.#database.query<Note>(
      `INSERT INTO notes (user_id, title, text) VALUES ($1, $2, $3) RETURNING ${COLUMNS}`,
      [userId, note.title, note.text],
    )
    return only(rows)
  }

  /** @throws {HttpError} 404 */
  async get(userId: number, id: number): Promise<Note> {
    const rows = await this.#database.query<Note>(
      `SELECT ${COLUMNS} FROM notes WHERE user_id = $1 AND id = $2`,
      [userId, id],
    )
    return only(rows)
  }

  /** @throws {HttpError} 404 */
  async change(userId: number, id: number, change: z.infer<typeof noteChange>): Promise<Note> {
    const rows = await this.#database.query<Note>(
      `UPDATE notes SET title = coalesce($3, title), text = coalesce($4, text), updated_at = now()
       WHERE user_id = $1 AND id = $2 RETURNING ${COLUMNS}`,
      [userId, id, change.title, change.text],
    )
    return only(rows)
  }

  /** @throws {HttpError} 404 */
  async remove(userId: number, id: number): Promise<void> {
    const rows = await this.#database.query(
      'DELETE FROM notes WHERE user_id = $1 AND id = $2 RETURNING id',
      [userId, id],
    )
    only(rows)
  }
}

function only<Row>([row]: readonly Row[]): Row {
  if (row === undefined) throw new HttpError(404, 'There is no such note')
  return row
}
