import { json, Router } from 'express'
import type { Database } from '../db/database.js'
import { Attachments } from '../notes/attachments.js'
import { newNote, noteChange, noteQuery, Notes } from '../notes/notes.js'
import { userOf } from '../session/session.js'
import { idOf } from './id-parameter.js'
import { upload, uploadedFile } from './upload.js'

/** The notes of whoever is logged in, as JSON. */
export function apiRoutes(database: Database): Router {
  const notes = new Notes(database)
  const attachments = new Attachments(database)
  const router = Router()

  router.use((req, res, next) => {
    userOf(req)
    res.set('Cache-Control', 'private, no-cache')
    next()
  })
  router.use(json({ limit: '100kb' }))

  router.get('/me', (req, res) => {
    res.json({ user: userOf(req), ip: req.ip, protocol: req.protocol })
  })

  router.get('/notes', async (req, res) => {
    res.json({ notes: await notes.list(userOf(req).id, noteQuery.parse(req.query)) })
  })

  router.post('/notes', async (req, res) => {
    const note = await notes.add(userOf(req).id, newNote.parse(req.body))
    res.status(201).location(`/api/notes/${note.id}`).json(note)
  })

  router.get('/notes/:id', async (req, res) => {
    const id = idOf(req)
    const note = await notes.get(userOf(req).id, id)
    res.json({ ...note, attachments: await attachments.list(id) })
  })

  router.patch('/notes/:id', async (req, res) => {
    const id = idOf(req)
    res.json(await notes.change(userOf(req).id, id, noteChange.parse(req.body)))
  })

  router.delete('/notes/:id', async (req, res) => {
    const id = idOf(req)
    await notes.remove(userOf(req).id, id)
    res.status(204).end()
  })

  router.post('/notes/:id/attachments', upload, async (req, res) => {
    const id = idOf(req)
    // Only to a note of one's own.
    await notes.get(userOf(req).id, id)
    const [added] = await attachments.add(id, [uploadedFile(req)])
    res.status(201).location(`/attachments/${added?.id}`).json(added)
  })

  return router
}
