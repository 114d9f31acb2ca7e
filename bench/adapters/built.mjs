// Whether our package can be measured.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { OWN } from './index.mjs'

/**
 * Both forms must be there: the handler comes from the ESM one, the load time from both.
 *
 * @throws {Error} saying what to run, or to leave out
 */
export function assertBuilt() {
  try {
    createRequire(import.meta.url).resolve(OWN)
    if (existsSync(fileURLToPath(import.meta.resolve(OWN)))) return
  } catch {
    // Said below.
  }
  throw new Error(
    `${OWN} is not built, or not linked into the workspace: run "npm run build" in the root, ` +
      'or leave it out, for example --adapters floor,serverless-http,serverless-express,h4ad',
  )
}
