import type { System } from './system.js'

/** A file or folder that is copied beside the bundle. */
export interface AssetRequest {
  /** Absolute. */
  readonly path: string
  /** Path in the deployed folder, with `/`. Default: as in the project. */
  readonly to?: string | undefined
  /** As it was given, for messages. */
  readonly given: string
}

/** What is to be bundled, and for which system. */
export interface BundleRequest {
  /** Absolute path of the function's source. */
  readonly entry: string
  readonly system: System
  /** The oldest Node.js that runs it: `node22`. */
  readonly target: string
  /** Modules that are there already, as in a Lambda layer; may hold `*`. */
  readonly external: readonly string[]
  /** Packages that are copied with what they depend on. */
  readonly keep: readonly string[]
  readonly assets: readonly AssetRequest[]
  /** Absolute paths of files and folders that are neither copied nor missed. */
  readonly exclude: readonly string[]
  /** Names of sources in the map: as in the deployed folder, or as on this machine. */
  readonly sourceNames: 'deployed' | 'local'
}

/** The bundle's name in the deployed folder. */
export const BUNDLE_NAME = 'index.mjs'
