import { join, resolve, sep } from 'node:path'
import type { AssetRequest, BundleRequest } from './bundle-request.js'
import { manifestIn } from './manifest.js'
import { Places } from './places.js'

/** What stands under `local-alb` in the project's package.json: how the function is built, however it is started. */
export interface BuildSettings {
  readonly assets: readonly AssetRequest[]
  readonly external: readonly string[]
  readonly keep: readonly string[]
  readonly exclude: readonly string[]
}

const NAMES = ['assets', 'external', 'keep', 'exclude'] as const

/** @throws {TypeError} naming the member, its value, and what it may be */
export function readBuildSettings(entry: string): BuildSettings {
  const { root } = new Places(entry)
  const file = join(root, 'package.json')
  const given: unknown = manifestIn(root)?.['local-alb'] ?? {}
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new TypeError(`${file}: "local-alb" is no object; write { "assets": ["views"] }`)
  }
  for (const name of Object.keys(given)) {
    if ((NAMES as readonly string[]).includes(name)) continue
    throw new TypeError(`${file}: local-alb.${name} is not known; known are ${NAMES.join(', ')}`)
  }
  const list = (name: (typeof NAMES)[number]): readonly string[] => {
    const value = (given as Readonly<Record<string, unknown>>)[name] ?? []
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
    throw new TypeError(
      `${file}: local-alb.${name} is ${JSON.stringify(value)}; it must be an array of strings`,
    )
  }
  return {
    assets: list('assets').map((text) => toAsset(text, root)),
    external: list('external'),
    keep: list('keep'),
    exclude: list('exclude').map((path) => resolve(root, path)),
  }
}

/**
 * Reads `path` or `path:destination`.
 *
 * @param from the folder that the path is relative to
 * @throws {TypeError} when the destination is not inside of the deployed folder
 */
export function toAsset(text: string, from: string): AssetRequest {
  // The colon of a drive is no separator.
  const colon = text.lastIndexOf(':')
  const isDrive = colon === 1 && sep === '\\'
  if (colon === -1 || isDrive) return { path: resolve(from, text), given: text }
  const to = text
    .slice(colon + 1)
    .replaceAll('\\', '/')
    .replace(/^(?:\.\/)+/, '')
    .replace(/\/+$/, '')
  if (colon === 0 || to.startsWith('/') || to.split('/').includes('..')) {
    throw new TypeError(
      `asset ${text}: what follows the colon is a path in the deployed folder, such as ${text.slice(0, colon) || 'views'}:views`,
    )
  }
  return { path: resolve(from, text.slice(0, colon)), to: to === '.' ? '' : to, given: text }
}

export function toRequest(
  entry: string,
  settings: BuildSettings,
  rest: Pick<BundleRequest, 'system' | 'target' | 'sourceNames'>,
): BundleRequest {
  return { entry, ...settings, ...rest }
}
