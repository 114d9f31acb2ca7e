import type { Request, RequestHandler } from 'express'
import session from 'express-session'
import type { Config } from '../config.js'
import type { Database } from '../db/database.js'
import { HttpError } from '../middleware/http-error.js'
import type { User } from '../users.js'
import { DatabaseSessionStore } from './session-store.js'

declare module 'express-session' {
  interface SessionData {
    user: User
  }
}

const TWO_WEEKS_MS = 14 * 86_400_000

export function sessions(database: Database, { sessionSecret }: Config): RequestHandler {
  return session({
    name: 'sid',
    secret: sessionSecret,
    store: new DatabaseSessionStore(database),
    resave: false,
    saveUninitialized: false,
    cookie: {
      httpOnly: true,
      // A form on another site sends no cookie with its POST.
      sameSite: 'lax',
      // Only over HTTPS, when the client came over HTTPS; `trust proxy` decides who may say so.
      secure: 'auto',
      maxAge: TWO_WEEKS_MS,
    },
  })
}

/** A new session for a user who has just shown who they are: an id that was known before is worth nothing now. */
export async function logIn(req: Request, user: User): Promise<void> {
  await settled((done) => req.session.regenerate(done))
  req.session.user = user
  // Here and not while the response ends: then it would be too late to say that it failed.
  await settled((done) => req.session.save(done))
}

export async function logOut(req: Request): Promise<void> {
  await settled((done) => req.session.destroy(done))
}

/** The outcome of a function that takes a callback. */
async function settled(run: (done: (error: unknown) => void) => void): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    run((error) => {
      if (error === undefined || error === null) resolve()
      else
        reject(error instanceof Error ? error : new Error('The session failed', { cause: error }))
    })
  })
}

/** @throws {HttpError} 401 when nobody is logged in */
export function userOf(req: Request): User {
  const { user } = req.session
  if (user === undefined) throw new HttpError(401, 'Log in first')
  return user
}
