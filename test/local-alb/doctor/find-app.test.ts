import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import express from 'express'
import Koa from 'koa'
import { fastify } from 'fastify'
import { describe, expect, it } from 'vitest'
import { findApp } from '../../../packages/local-alb/src/doctor/runner/find-app.js'

const listener = (_req: IncomingMessage, res: ServerResponse): void => {
  res.end('yes')
}

describe('the app among the exports of a module', () => {
  it.each<[name: string, what: string, exports: () => Record<string, unknown>]>([
    ['app', 'beside other exports', () => ({ app: express(), default: 1 })],
    ['default', 'a listener', () => ({ default: listener, port: 3000 })],
    ['default', 'compiled to CommonJS', () => ({ default: { default: express() } })],
    ['app', 'of a CommonJS module', () => ({ default: { app: express() } })],
    ['app', 'a promise', () => ({ app: Promise.resolve(express()) })],
    ['app', 'of Koa', () => ({ app: new Koa() })],
    ['app', 'of Fastify', () => ({ app: fastify() })],
    ['server', 'a server', () => ({ server: createServer(listener) })],
    ['createApp()', 'a function', () => ({ createApp: () => express() })],
    [
      'createApp()',
      'an async function with options',
      () => ({ createApp: async (_options?: object) => Promise.resolve(express()) }),
    ],
    [
      'default()',
      'with something to close it',
      () => ({ default: { default: () => ({ app: express(), close: () => undefined }) } }),
    ],
  ])('is found as %s, %s', async (name, _what, exports) => {
    const found = await findApp(exports())
    expect(found?.name).toBe(name)
    expect(found?.listener).toBeTypeOf('function')
  })

  it('is the one that is asked for', async () => {
    const exports = { app: express(), admin: listener }
    expect(await findApp(exports, 'admin')).toMatchObject({ name: 'admin', listener })
    expect(await findApp(exports, 'other')).toBe(undefined)
  })

  it.each([
    [{}],
    [{ handler: async (_event: unknown) => Promise.resolve({}) }],
    [{ app: 'text', default: undefined, server: createServer() }],
    [{ createApp: () => undefined }],
  ])('is not there in %o', async (exports) => {
    expect(await findApp(exports)).toBe(undefined)
  })

  it('is not there when what makes it fails, which is told', async () => {
    const createApp = async (): Promise<never> => Promise.reject(new Error('No database'))
    await expect(findApp({ createApp })).rejects.toThrow('No database')
  })
})
