import type { Database } from '../db/database.js'
import { HttpError } from '../middleware/http-error.js'

export interface AttachmentSummary {
  readonly id: number
  readonly name: string
  /** Its media type, as the uploader said. */
  readonly type: string
  /** In bytes. */
  readonly size: number
}

export interface Attachment extends AttachmentSummary {
  readonly bytes: Buffer
}

const SUMMARY = 'a.id, a.name, a.type, octet_length(a.bytes) AS size'

/** Files with a note, in the database. */
export class Attachments {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  list(noteId: number): Promise<AttachmentSummary[]> {
    return this.#database.query<AttachmentSummary>(
      `SELECT ${SUMMARY} FROM attachments a WHERE note_id = $1 ORDER BY id`,
      [noteId],
    )
  }

  /** Adds the files, all or none, and makes the note the latest. */
  add(
    noteId: number,
    files: readonly Pick<Attachment, 'name' | 'type' | 'bytes'>[],
  ): Promise<AttachmentSummary[]> {
    return this.#database.transaction(async (transaction) => {
      const added: AttachmentSummary[] = []
      for (const { name, type, bytes } of files) {
        const rows = await transaction.query<AttachmentSummary>(
          `INSERT INTO attachments AS a (note_id, name, type, bytes) VALUES ($1, $2, $3, $4)
           RETURNING ${SUMMARY}`,
          [noteId, name, type, bytes],
        )
        added.push(...rows)
      }
      await transaction.query('UPDATE notes SET updated_at = now() WHERE id = $1', [noteId])
      return added
    })
  }

  /** @throws {HttpError} 404, also when it belongs to a note of somebody else */
  async get(userId: number, id: number): Promise<Attachment> {
    const [row] = await this.#database.query<AttachmentSummary & { bytes: Uint8Array }>(
      `SELECT ${SUMMARY}, a.bytes FROM attachments a JOIN notes n ON n.id = a.note_id
       WHERE n.user_id = $1 AND a.id = $2`,
      [userId, id],
    )
    if (row === undefined) throw new HttpError(404, 'There is no such attachment')
    // A Buffer from pg, a Uint8Array from PGlite.
    return { ...row, bytes: Buffer.from(row.bytes) }
  }
}
