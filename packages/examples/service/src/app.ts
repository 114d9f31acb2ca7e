import compression from 'compression'
import cors from 'cors'
import express, { type Express, type Request, type Response } from 'express'
import helmet from 'helmet'
import { assets } from './assets.js'
import { readConfig, type Config } from './config.js'
import type { Database } from './db/database.js'
import { openDatabase } from './db/open.js'
import { errorHandler, notFound } from './middleware/errors.js'
import { apiLimit, loginLimit } from './middleware/rate-limit.js'
import { requestLog } from './middleware/request-log.js'
import { accountRoutes } from './routes/accounts.js'
import { apiRoutes } from './routes/api.js'
import { healthRoutes } from './routes/health.js'
import { pageRoutes } from './routes/pages.js'
import { sessions } from './session/session.js'
import { useViews } from './views.js'

export interface AppOptions {
  /** Default: from the environment. */
  readonly config?: Config
  /** With its tables up to date. Default: opened as `config` says. */
  readonly database?: Database
  /** Takes the lines of the request log. Default: standard output. */
  readonly log?: (line: string) => void
}

/** The service: notes with attachments. */
export async function createApp(options: AppOptions = {}): Promise<Express> {
  const { config = readConfig(), log = (line) => process.stdout.write(line) } = options
  const database = options.database ?? (await openDatabase(config))

  const app = express()
  app.disable('x-powered-by')
  app.set('trust proxy', config.trustProxy)
  useViews(app)

  // Asked every few seconds: not worth a line in the log.
  app.use('/health', healthRoutes(database))
  app.use(requestLog(log))
  app.use(
    helmet({
      // Tried out over plain HTTP, a page has to load its style sheet over it.
      contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
    }),
  )
  app.use(compression({ filter: isCompressible }))
  app.use('/static', express.static(assets.public, { maxAge: '1h' }))

  app.use('/api', cors({ origin: [...config.corsOrigins], credentials: true }))
  app.use('/api', apiLimit(database, config))
  app.use(sessions(database, config))
  app.use((req, res, next) => {
    res.locals['user'] = req.session.user
    next()
  })
  app.use('/api', apiRoutes(database))
  app.use(accountRoutes(database, loginLimit(database, config)))
  app.use(pageRoutes(database))

  app.use(notFound)
  app.use(errorHandler)
  return app
}

/** A range counts the bytes as they are stored, so what is asked for in ranges is not compressed. */
function isCompressible(req: Request, res: Response): boolean {
  return req.headers.range === undefined && compression.filter(req, res)
}
