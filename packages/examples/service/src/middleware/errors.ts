import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import { MulterError } from 'multer'
import { ZodError } from 'zod'
import { HttpError } from './http-error.js'

interface Problem {
  readonly status: number
  readonly title: string
  /** What is wrong with which field. */
  readonly issues?: readonly { readonly field: string; readonly message: string }[]
}

export const notFound: RequestHandler = () => {
  throw new HttpError(404, 'There is nothing here')
}

/** Answers every error: as a page, or as JSON (RFC 9457) to who uses the API. */
export const errorHandler: ErrorRequestHandler = (error: unknown, req, res, next) => {
  const problem = toProblem(error)
  if (problem.status >= 500) console.error(`${req.method} ${req.path} failed:`, error)
  // Too late for another answer; Express ends the connection.
  if (res.headersSent) next(error)
  else answer(req, res, problem)
}

function answer(req: Request, res: Response, problem: Problem): void {
  res.status(problem.status).set('Cache-Control', 'no-store')
  if (isApi(req)) res.type('application/problem+json').send(JSON.stringify(problem))
  else res.render('problem', problem)
}

const isApi = ({ originalUrl }: Request): boolean => /^\/(?:api|health)\b/.test(originalUrl)

function toProblem(error: unknown): Problem {
  if (error instanceof ZodError) {
    const issues = error.issues.map(({ path, message }) => ({ field: path.join('.'), message }))
    return { status: 400, title: 'Some fields are not right', issues }
  }
  if (error instanceof MulterError) {
    return { status: error.code === 'LIMIT_FILE_SIZE' ? 413 : 400, title: error.message }
  }
  if (error instanceof Error && 'status' in error) {
    const { status, message } = error
    // Express and the body parsers mark what a client did wrong in this way; 5xx is nobody's business.
    if (typeof status === 'number' && status >= 400 && status < 500) {
      return { status, title: message }
    }
  }
  return { status: 500, title: 'Something went wrong on our side' }
}
