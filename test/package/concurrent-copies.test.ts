import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, it } from 'vitest'
import { buildAdapter } from '../../scripts/build.mjs'
import { createSteppedApp } from '../adapter/concurrency/app.js'
import { expectKeptApart, onRequest } from '../adapter/concurrency/crowd.js'
import { Scheduler } from '../adapter/concurrency/scheduler.js'
import { collectLog } from '../helpers/collected-log.js'
import { EXPRESSES_IN_MODES } from '../helpers/modes.js'

type Adapter = typeof import('express-alb')

const BUILD_DEADLINE_MS = 60_000

const dist = (file: string): string =>
  fileURLToPath(new URL(`../../packages/adapter/dist/${file}`, import.meta.url))

describe('the package as ES modules and through require(), in one process', () => {
  let copies: readonly Adapter[]

  beforeAll(async () => {
    await buildAdapter()
    copies = [
      (await import(/* @vite-ignore */ dist('esm/index.js'))) as Adapter,
      createRequire(import.meta.url)(dist('cjs/index.js')) as Adapter,
    ]
  }, BUILD_DEADLINE_MS)

  it.each(EXPRESSES_IN_MODES)(
    'keeps a hundred requests of the two apart, under $name in $mode-value mode',
    async ({ express, mode }) => {
      const scheduler = new Scheduler(3)
      const getters = copies.map(({ getInvocation }) => getInvocation)
      const stepped = createSteppedApp(express, scheduler, getters)
      const log = collectLog()
      const handlers = copies.map(({ createHandler }) =>
        createHandler(stepped.app, { logger: log, onRequest }),
      )
      await expectKeptApart(handlers, mode, scheduler, stepped, log)
    },
  )
})
