// Ours, with no option set.
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/** @type {import('./index.mjs').Adapter['create']} */
export async function create(listener, entry) {
  const source = entry === undefined ? 'express-alb' : pathToFileURL(resolve(entry)).href
  /** @type {{ createHandler: (app: typeof listener) => import('./index.mjs').Handler }} */
  const { createHandler } = await import(source)
  return createHandler(listener)
}
