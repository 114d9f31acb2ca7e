import type { Request } from 'express'
import { z } from 'zod'
import { HttpError } from '../middleware/http-error.js'

const id = z.coerce.number().int().min(1).max(2_147_483_647)

/**
 * The `:id` in a path.
 *
 * @throws {HttpError} 404 when nothing in the database can have it
 */
export function idOf(req: Request): number {
  const { success, data } = id.safeParse(req.params['id'])
  if (!success) throw new HttpError(404, 'There is nothing here')
  return data
}
