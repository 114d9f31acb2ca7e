import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Manifest, manifestIn } from './manifest.js'

// What native packages find their binary with at run time, by paths that a bundle does not have.
const LOADERS = new Set([
  '@mapbox/node-pre-gyp',
  '@neon-rs/load',
  'bindings',
  'cmake-js',
  'node-gyp-build',
  'node-gyp-build-optional-packages',
  'node-pre-gyp',
  'pkg-prebuilds',
  'prebuild-install',
])
const PLATFORM_PACKAGE = /(?:^|[-./])(?:linux(?:musl)?|darwin|win32)[-.](?:x64|arm64)(?:$|[-.])/
const MAX_DEPTH = 3

const answers = new Map<string, boolean>()

/** Whether a package loads a native module, and so has to be copied instead of being bundled. */
export function isNativePackage(root: string): boolean {
  let answer = answers.get(root)
  if (answer === undefined) {
    answer = looksNative(root, manifestIn(root) ?? {})
    answers.set(root, answer)
  }
  return answer
}

function looksNative(root: string, manifest: Manifest): boolean {
  const { gypfile, binary, napi, dependencies, optionalDependencies } = manifest
  return (
    gypfile === true ||
    (typeof binary === 'object' && binary !== null) ||
    napi !== undefined ||
    Object.keys(dependencies ?? {}).some((name) => LOADERS.has(name)) ||
    Object.keys(optionalDependencies ?? {}).some(isPlatformPackage) ||
    ['binding.gyp', 'prebuilds'].some((name) => existsSync(join(root, name))) ||
    hasAddon(root, MAX_DEPTH)
  )
}

/** Whether a package's name says that it is for one platform: `@img/sharp-linux-x64`. */
export function isPlatformPackage(name: string): boolean {
  return PLATFORM_PACKAGE.test(name)
}

function hasAddon(folder: string, depth: number): boolean {
  const entries = readdirSync(folder, { withFileTypes: true })
  if (entries.some((entry) => entry.isFile() && entry.name.endsWith('.node'))) return true
  if (depth === 0) return false
  return entries.some(
    (entry) =>
      entry.isDirectory() &&
      entry.name !== 'node_modules' &&
      hasAddon(join(folder, entry.name), depth - 1),
  )
}
