import { Router } from 'express'
import type { Database } from '../db/database.js'

/** For the load balancer: 200 as long as requests can be served. */
export function healthRoutes(database: Database): Router {
  const router = Router()
  router.get('/', async (_req, res) => {
    res.set('Cache-Control', 'no-store')
    try {
      await database.query('SELECT 1')
      res.json({ status: 'ok', database: database.kind })
    } catch (error) {
      console.error('The database does not answer:', error)
      res.status(503).json({ status: 'failing', database: database.kind })
    }
  })
  return router
}
