import { EXPRESSES } from './modes.js'
import type { Listener } from './response-wire.js'

/** What stands around a listener under test. Express puts prototypes of its own under req and res. */
export interface Frame {
  readonly around: string
  readonly wrap: (listener: Listener) => Listener
}

const bare: Frame = { around: 'a bare listener', wrap: (listener) => listener }

const expressFrames: readonly Frame[] = EXPRESSES.map(({ name, express }) => ({
  around: name,
  wrap: (listener) => {
    const app = express()
    app.use((req, res) => {
      listener(req, res)
    })
    return app
  },
}))

// Without X-Powered-By nothing is set before the listener runs, and `res.getHeaders()` stays empty.
const unpoweredFrames: readonly Frame[] = EXPRESSES.map(({ name, express }) => ({
  around: `${name} without x-powered-by`,
  wrap: (listener) => {
    const app = express()
    app.disable('x-powered-by')
    app.use((req, res) => {
      listener(req, res)
    })
    return app
  },
}))

/** Without a framework, and under both majors of Express. */
export const FRAMES: readonly Frame[] = [bare, ...expressFrames]

/** {@link FRAMES}, and Express without its own header field. */
export const HEAD_FRAMES: readonly Frame[] = [...FRAMES, ...unpoweredFrames]
