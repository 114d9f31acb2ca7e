// Who is looked at, and how each is set up.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

export const OWN = 'express-alb'
/** Not an adapter: the same apps on Node's own server. */
export const NODE = 'node'

/** Public adapters, by the module in `../adapters` that sets them up, with their packages. */
export const PEERS = {
  'serverless-http': 'serverless-http',
  'serverless-express': '@codegenie/serverless-express',
  h4ad: '@h4ad/serverless-adapter',
  srvx: 'srvx',
  'light-my-request': 'light-my-request',
}

/**
 * The factory of an adapter: ours or a peer by its name, any other by its file.
 *
 * @param {string} name
 * @returns {Promise<import('./observe.mjs').Create>}
 */
export async function loadAdapter(name) {
  const isKnown = name === OWN || name in PEERS
  const file = isKnown ? new URL(`../adapters/${name}.mjs`, import.meta.url) : fileUrl(name)
  const { create } = /** @type {{ create?: unknown }} */ (await import(String(file)))
  if (typeof create !== 'function') {
    throw new TypeError(
      `${name} exports no function create(listener); it must, and return the handler`,
    )
  }
  const make = /** @type {import('../adapters/index.mjs').Adapter['create']} */ (create)
  return isKnown
    ? (listener) => make(listener, undefined, { isBinary })
    : (listener) => make(listener)
}

/** @param {string} name */
function fileUrl(name) {
  // npm starts the script in `bench`; the path is meant from where the person is.
  const file = resolve(process.env['INIT_CWD'] ?? '.', name)
  if (existsSync(file)) return pathToFileURL(file)
  throw new Error(`--adapter: there is no file ${file}`)
}

/** Peers that take a binary rule get the best there is without looking at the body. @param {Record<string, unknown>} headers */
function isBinary(headers) {
  const coding = headers['content-encoding']
  const { 'content-type': given = '' } = headers
  const type = typeof given === 'string' ? given.toLowerCase() : ''
  if (coding !== undefined && coding !== 'identity') return true
  const charset = /charset="?([^\s;"]+)/.exec(type)?.[1] ?? 'utf-8'
  const isText = /^text\/|^application\/(json|javascript|xml)|[+](json|xml)/.test(type)
  return !isText || !['utf-8', 'utf8', 'us-ascii'].includes(charset)
}

/** @param {string} name */
export function versionOf(name) {
  const own = name === OWN ? OWN : PEERS[/** @type {keyof typeof PEERS} */ (name)]
  if (own === undefined) return ''
  const require = createRequire(import.meta.url)
  for (const folder of require.resolve.paths(own) ?? []) {
    const file = join(folder, own, 'package.json')
    if (existsSync(file)) {
      const { version } = /** @type {{ version: string }} */ (
        JSON.parse(readFileSync(file, 'utf8'))
      )
      return version
    }
  }
  return 'not installed'
}
