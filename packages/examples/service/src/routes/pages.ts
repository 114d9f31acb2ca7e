import { Router, urlencoded, type RequestHandler } from 'express'
import { pipeline } from 'node:stream/promises'
import type { Database } from '../db/database.js'
import { Attachments } from '../notes/attachments.js'
import { toPdf } from '../notes/note-pdf.js'
import { newNote, noteQuery, Notes } from '../notes/notes.js'
import { userOf } from '../session/session.js'
import { idOf } from './id-parameter.js'
import { upload, uploadedFile } from './upload.js'

/** The notes of whoever is logged in, as pages, and what can be downloaded from there. */
export function pageRoutes(database: Database): Router {
  const notes = new Notes(database)
  const attachments = new Attachments(database)
  const router = Router()
  const form = urlencoded({ extended: false, limit: '100kb' })

  router.get('/', (_req, res) => {
    res.redirect('/notes')
  })

  router.use(['/notes', '/attachments'], toLogin)

  router.get('/notes', async (req, res) => {
    const query = noteQuery.parse(req.query)
    res.render('notes', { q: query.q, notes: await notes.list(userOf(req).id, query) })
  })

  router.post('/notes', form, async (req, res) => {
    const { id } = await notes.add(userOf(req).id, newNote.parse(req.body))
    res.redirect(303, `/notes/${id}`)
  })

  router.get('/notes/:id', async (req, res) => {
    const id = idOf(req)
    const note = await notes.get(userOf(req).id, id)
    res.render('note', { note, attachments: await attachments.list(id) })
  })

  // The address of an older version, kept for links.
  router.get('/n/:id', (req, res) => {
    res.redirect(301, `/notes/${idOf(req)}`)
  })

  router.post('/notes/:id/delete', async (req, res) => {
    const id = idOf(req)
    await notes.remove(userOf(req).id, id)
    res.redirect(303, '/notes')
  })

  router.post('/notes/:id/attachments', upload, async (req, res) => {
    const id = idOf(req)
    await notes.get(userOf(req).id, id)
    await attachments.add(id, [uploadedFile(req)])
    res.redirect(303, `/notes/${id}`)
  })

  router.get('/notes/:id/pdf', async (req, res) => {
    const id = idOf(req)
    const note = await notes.get(userOf(req).id, id)
    const pdf = toPdf(note, await attachments.list(id))
    res.attachment(`note-${id}.pdf`).set('Cache-Control', 'private, no-cache')
    await pipeline(pdf, res)
  })

  router.get('/attachments/:id', async (req, res) => {
    const id = idOf(req)
    const { name, type, bytes } = await attachments.get(userOf(req).id, id)
    // Never shown as a page of this site, whatever it holds; pictures show in an <img> all the same.
    res.attachment(name).type(type).set('Cache-Control', 'private, no-cache').send(bytes)
  })

  return router
}

/** Sends who is not logged in to the login, and from there back. */
const toLogin: RequestHandler = (req, res, next) => {
  if (req.session.user !== undefined) next()
  else if (req.method === 'POST') res.redirect(303, '/login')
  else res.redirect(`/login?next=${encodeURIComponent(req.originalUrl)}`)
}
