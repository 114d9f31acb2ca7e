import type { Request } from 'express'
import multer from 'multer'
import { HttpError } from '../middleware/http-error.js'
import type { Attachment } from '../notes/attachments.js'

/**
 * Files of a form field `file`, in memory: they go into the database at once.
 *
 * The limit leaves room below the 1 MB that load balancers and proxies commonly let through, upwards and, as base64,
 * downwards.
 */
export const upload: ReturnType<multer.Multer['single']> = multer({
  storage: multer.memoryStorage(),
  limits: { fileSize: 700 * 1024, files: 1, fields: 10 },
  // Browsers send names in UTF-8.
  defParamCharset: 'utf8',
}).single('file')

/** @throws {HttpError} 400 when there is none */
export function uploadedFile({ file }: Request): Pick<Attachment, 'name' | 'type' | 'bytes'> {
  if (file === undefined) throw new HttpError(400, 'Choose a file: the form field is "file"')
  const { originalname, mimetype, buffer } = file
  return {
    name: originalname.replaceAll(/\p{Cc}/gu, '').slice(0, 200) || 'file',
    // It comes back in a header.
    type: /^[\w.+-]+\/[\w.+-]+$/.test(mimetype) ? mimetype : 'application/octet-stream',
    bytes: buffer,
  }
}
