import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { setTimeout as delay } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { createAlbEvent, createLambdaContext } from 'express-alb/testing'
import { buildAdapter } from '../../scripts/build.mjs'

type Adapter = typeof import('express-alb')

const dist = (file: string): string =>
  fileURLToPath(new URL(`../../packages/adapter/dist/${file}`, import.meta.url))

const BUILD_DEADLINE_MS = 60_000

describe('the package loaded twice in one process, as ES modules and through require()', () => {
  let copies: { readonly esm: Adapter; readonly cjs: Adapter }

  beforeAll(async () => {
    await buildAdapter()
    copies = {
      esm: (await import(/* @vite-ignore */ dist('esm/index.js'))) as Adapter,
      cjs: createRequire(import.meta.url)(dist('cjs/index.js')) as Adapter,
    }
  }, BUILD_DEADLINE_MS)

  it('is two copies', () => {
    expect(copies.esm.createHandler).not.toBe(copies.cjs.createHandler)
    expect(copies.esm.getInvocation).not.toBe(copies.cjs.getInvocation)
  })

  it.each([
    ['esm', 'cjs'],
    ['cjs', 'esm'],
  ] as const)(
    'shares the invocation of a handler of %s with code that loaded %s',
    async (one, other) => {
      const event = createAlbEvent({ url: '/shared' })
      const seen: unknown[] = []
      const handler = copies[one].createHandler(async (_req, res) => {
        seen.push(copies[other].getInvocation()?.event)
        await delay(1)
        seen.push(copies[other].getInvocation()?.event)
        res.end()
      })
      await handler(event, createLambdaContext())
      expect(seen[0]).toBe(event)
      expect(seen[1]).toBe(event)
      expect(copies[other].getInvocation()).toBe(undefined)
    },
  )

  it('keeps concurrent invocations of the two apart', async () => {
    const handlers = [copies.esm, copies.cjs].map(({ createHandler }) =>
      createHandler(async (req, res) => {
        await delay(2)
        res.end(
          [
            req.url,
            copies.esm.getInvocation()?.event.path,
            copies.cjs.getInvocation()?.event.path,
          ].join(),
        )
      }),
    )
    const results = await Promise.all(
      handlers.flatMap((handler, index) =>
        [1, 2].map((n) => handler(createAlbEvent({ url: `/${index}${n}` }), createLambdaContext())),
      ),
    )
    expect(results.map((result) => result.body)).toEqual(
      ['/01', '/02', '/11', '/12'].map((url) => [url, url, url].join()),
    )
  })
})
