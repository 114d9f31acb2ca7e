import { createHandler, getInvocation } from 'express-alb'
import { describe, it } from 'vitest'
import { collectLog } from '../../helpers/collected-log.js'
import { EXPRESSES_IN_MODES } from '../../helpers/modes.js'
import { createSteppedApp } from './app.js'
import { expectKeptApart, onRequest } from './crowd.js'
import { Scheduler } from './scheduler.js'

describe.each(EXPRESSES_IN_MODES)(
  'a hundred requests at once under $name in $mode-value mode',
  ({ express, mode }) => {
    it.each([1, 2])(
      'keep bodies, invocations and sockets apart, interleaved by seed %i',
      async (seed) => {
        const scheduler = new Scheduler(seed)
        const stepped = createSteppedApp(express, scheduler, [getInvocation])
        const log = collectLog()
        const handlers = [
          createHandler(stepped.app, { logger: log }),
          createHandler(stepped.app, { logger: log, onRequest }),
        ]
        await expectKeptApart(handlers, mode, scheduler, stepped, log)
      },
    )
  },
)
