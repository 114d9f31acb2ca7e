import { Router, urlencoded, type RequestHandler } from 'express'
import { z } from 'zod'
import type { Database } from '../db/database.js'
import { logIn, logOut } from '../session/session.js'
import { addUser, credentials, findUser } from '../users.js'

/** Signing up, logging in and out, by forms. */
export function accountRoutes(database: Database, loginLimit: RequestHandler): Router {
  const router = Router()
  const form = urlencoded({ extended: false })

  router.get('/login', (req, res) => {
    res.render('login', { next: toLocalPath(req.query['next']) })
  })

  router.post('/login', loginLimit, form, async (req, res) => {
    const next = toLocalPath(shown.parse(req.body).next)
    const { success, data } = credentials.safeParse(req.body)
    const user = success ? await findUser(database, data) : undefined
    if (user === undefined) {
      const message = 'There is no account with this address and password.'
      res.status(401).render('login', { next, message, email: shown.parse(req.body).email })
      return
    }
    await logIn(req, user)
    res.redirect(303, next)
  })

  router.post('/signup', loginLimit, form, async (req, res) => {
    const { success, data } = credentials.safeParse(req.body)
    const user = success ? await addUser(database, data) : undefined
    if (user === undefined) {
      const message = success
        ? 'There is an account with this address already.'
        : 'Give an email address, and a password of at least 10 characters.'
      const values = { next: '/notes', message, email: shown.parse(req.body).email }
      res.status(success ? 409 : 400).render('login', values)
      return
    }
    await logIn(req, user)
    res.redirect(303, '/notes')
  })

  router.post('/logout', async (req, res) => {
    await logOut(req)
    res.clearCookie('sid').redirect(303, '/login')
  })

  return router
}

/** What a form is shown with again, whatever was sent. */
const shown = z
  .object({ next: z.string().catch(''), email: z.string().catch('') })
  .catch({ next: '', email: '' })

/** Where to go after the login: never to another site, whatever a link says. */
function toLocalPath(next: unknown): string {
  if (typeof next !== 'string' || !next.startsWith('/')) return '/notes'
  const here = 'http://here.invalid'
  if (!URL.canParse(next, here)) return '/notes'
  const { origin, pathname, search } = new URL(next, here)
  // A path that begins with two slashes names a site, also where only resolving it made them two.
  return origin === here && !pathname.startsWith('//') ? pathname + search : '/notes'
}
