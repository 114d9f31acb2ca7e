import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BuildContext, BuildResult, Plugin } from 'esbuild'
import { readBuildSettings, toRequest } from './build-settings.js'
import { BundleError, toBundleError } from './bundle-error.js'
import { BUNDLE_NAME } from './bundle-request.js'
import { linkExternals } from './external-links.js'
import { type BuildOutcome, createBuilder, type FunctionBuilder } from './function-files.js'
import { hostSystem } from './system.js'
import { writeFiles } from './write-files.js'

export interface FunctionBundle {
  /** The file to run: the bundle, or the source itself where nothing has to be bundled. */
  readonly file: string
  readonly isBundled: boolean
  /** Why there is nothing to run yet; only with `watch`, which goes on all the same. */
  readonly problem?: BundleError
  /** Ends the watch and removes the private folder. */
  close(): Promise<void>
}

export interface WatchEvents {
  /** The sources changed and were built again. */
  readonly onRebuild: () => void
  /** They changed and could not be built; each message names file and line. */
  readonly onFailure: (error: Error) => void
}

/** Whether a file has to be bundled before Node can run it. */
export function needsBundle(file: string): boolean {
  return /\.[mc]?tsx?$/.test(file)
}

/**
 * Bundles a function into a private folder, the very files that `local-alb build` would deploy but for native modules,
 * which are this system's; with `watch` again whenever one of its sources changes. A file of plain JavaScript is run as
 * it is, and then only watched.
 *
 * @throws {BundleError} when it cannot be built, and not watched until it can
 * @throws {TypeError} when `local-alb` in the project's package.json is not right
 */
export async function bundleFunction(entry: string, watch?: WatchEvents): Promise<FunctionBundle> {
  if (needsBundle(entry)) return bundle(entry, watch)
  if (watch === undefined) return { file: entry, isBundled: false, close: async () => {} }
  return watchPlain(entry, watch)
}

async function bundle(entry: string, watch: WatchEvents | undefined): Promise<FunctionBundle> {
  const settings = readBuildSettings(entry)
  const folder = await mkdtemp(join(tmpdir(), 'local-alb-'))
  const [system, sourceNames] = [hostSystem(), 'local'] as const
  // Whichever runs this.
  const target = `node${process.versions.node}`
  const request = toRequest(entry, settings, { system, target, sourceNames })
  let builder: FunctionBuilder | undefined
  const close = async (): Promise<void> => {
    await builder?.close()
    await rm(folder, { recursive: true, force: true })
  }
  const write = async (outcome: BuildOutcome): Promise<BundleError | undefined> => {
    if (outcome.kind === 'failed') return toBundleError(outcome.errors)
    const { files, metafile, kept } = outcome.built
    await writeFiles(files, folder)
    linkExternals(metafile, (name) => kept.some((item) => item.name === name), entry, folder)
    return undefined
  }
  try {
    const { events, first } = toFirst(watch)
    builder = await createBuilder(request, async (outcome) => {
      events(await write(outcome).catch((error: unknown) => new BundleError(String(error))))
    })
    if (watch === undefined) await builder.build()
    else await builder.watch()
    const problem = await first
    if (problem !== undefined && watch === undefined) throw problem
    return { file: join(folder, BUNDLE_NAME), isBundled: true, ...(problem && { problem }), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** The first build is waited for, those after it are told of. */
function toFirst(watch: WatchEvents | undefined): {
  readonly first: Promise<BundleError | undefined>
  readonly events: (problem: BundleError | undefined) => void
} {
  let isFirst = true
  let onFirst = (_problem: BundleError | undefined): void => {}
  const first = new Promise<BundleError | undefined>((resolve) => {
    onFirst = resolve
  })
  const events = (problem: BundleError | undefined): void => {
    if (isFirst) {
      isFirst = false
      onFirst(problem)
    } else if (problem === undefined) watch?.onRebuild()
    else watch?.onFailure(problem)
  }
  return { first, events }
}

/** Watches a file that is run as it is, with the user's own files that it imports. */
async function watchPlain(entry: string, watch: WatchEvents): Promise<FunctionBundle> {
  const { context } = await import('esbuild')
  const { events, first } = toFirst(watch)
  const told: Plugin = {
    name: 'told',
    setup(build) {
      build.onEnd(async ({ errors }: BuildResult) => {
        events(errors.length > 0 ? await toBundleError(errors) : undefined)
      })
    },
  }
  const build: BuildContext = await context({
    entryPoints: [entry],
    // Sources named relative to where the user stands, as in the messages.
    absWorkingDir: process.cwd(),
    bundle: true,
    write: false,
    outdir: tmpdir(),
    platform: 'node',
    format: 'esm',
    packages: 'external',
    loader: { '.node': 'empty' },
    logLevel: 'silent',
    plugins: [told],
  })
  await build.watch()
  // A file that runs as it is may hold what esbuild does not know; the runtime will say what is wrong with it.
  await first
  return { file: entry, isBundled: false, close: async () => build.dispose() }
}
