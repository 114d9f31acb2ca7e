import type { Application } from 'express'
import { Eta } from 'eta'
import { basename } from 'node:path'
import { assets } from './assets.js'

/** Makes `res.render('notes', …)` use `assets/views/notes.eta`. */
export function useViews(app: Application): void {
  const eta = new Eta({ views: assets.views, cache: true })
  app.set('views', assets.views)
  app.set('view engine', 'eta')
  app.engine('eta', (file, values, done) => {
    try {
      done(null, eta.render(basename(file, '.eta'), values))
    } catch (error) {
      done(error)
    }
  })
}
