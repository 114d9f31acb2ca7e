import { isBuiltin } from 'node:module'
import { resolve } from 'node:path'
import type { Metafile, Plugin } from 'esbuild'
import type { Observation, Place } from '../finding.js'
import { apiRule, eventStreamRule, signalRule, upgradeRule } from './api-rules.js'
import { repeatedQueryRule, trustProxyRule } from './request-rules.js'
import type { Rule } from './rule.js'
import { importedBy, readSource, type Source } from './source.js'
import { stateRule } from './state-rule.js'
import { isCall, walk } from './syntax.js'
import { writeRule } from './write-rule.js'

/** What reading the app's own sources told. */
export interface Reading {
  /** How many files were read. */
  readonly files: number
  readonly observations: readonly Observation[]
  /** Where the app first calls, or at least imports, a package. */
  readonly placeOfPackage: (name: string) => Place | undefined
}

const RULES: readonly Rule[] = [
  apiRule,
  eventStreamRule,
  signalRule,
  upgradeRule,
  stateRule,
  writeRule,
  repeatedQueryRule,
]

/**
 * Reads all sources that an app loads, without its packages.
 *
 * @param trustsNoProxy it is an Express app without `trust proxy`
 */
export async function readApp(entry: string, trustsNoProxy: boolean): Promise<Reading> {
  const sources: Source[] = []
  for (const file of await ownFilesOf(entry)) {
    const source = await readSource(file)
    if (source !== undefined) sources.push(source)
  }
  const rules = trustsNoProxy ? [...RULES, trustProxyRule] : RULES
  return {
    files: sources.length,
    observations: sources.flatMap((source) => observationsIn(source, rules)),
    placeOfPackage: (name) => placeOfPackage(name, sources),
  }
}

function observationsIn(source: Source, rules: readonly Rule[]): Observation[] {
  const found: Observation[] = []
  walk(source.program, (node, ancestors) => {
    for (const rule of rules) {
      const observation = rule(node, ancestors, source)
      if (observation !== undefined) found.push({ ...observation, place: source.placeOf(node) })
    }
  })
  return found
}

function placeOfPackage(name: string, sources: readonly Source[]): Place | undefined {
  const isOf = (module: string): boolean => module === name || module.startsWith(`${name}/`)
  let imported: Place | undefined
  for (const source of sources) {
    let called: Place | undefined
    walk(source.program, (node, ancestors) => {
      if (called !== undefined) return
      if (node.type === 'ImportDeclaration' && isOf(String(node.source.value))) {
        imported ??= source.placeOf(node)
      }
      if (!isCall(node)) return
      const callee = importedBy(node.callee, source, ancestors)
      if (callee !== undefined && isOf(callee.module)) called = source.placeOf(node)
    })
    if (called !== undefined) return called
  }
  return imported
}

/** The files that an app loads which are not of an installed package, the entry first. */
async function ownFilesOf(entry: string): Promise<string[]> {
  const { build } = await import('esbuild')
  const cwd = process.cwd()
  const { metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    outdir: resolve(cwd, 'unwritten'),
    absWorkingDir: cwd,
    platform: 'node',
    format: 'esm',
    loader: { '.node': 'empty' },
    plugins: [ownFilesOnly()],
    logLevel: 'silent',
  }).catch((error: unknown) => {
    // Running it tells what is wrong.
    const { metafile: made = NO_FILES } = error as { readonly metafile?: Metafile }
    return { metafile: made }
  })
  const files = Object.keys(metafile.inputs).map((file) => resolve(cwd, file))
  return [...new Set([entry, ...files])].filter(
    (file) => /\.[mc]?[jt]sx?$/.test(file) && !/[\\/]node_modules[\\/]/.test(file),
  )
}

const NO_FILES: Metafile = { inputs: {}, outputs: {} }

/** Neither packages nor what is not there are looked into. */
function ownFilesOnly(): Plugin {
  const resolved = Symbol('resolved by esbuild itself')
  return {
    name: 'own-files-only',
    setup(build) {
      build.onResolve({ filter: /.*/ }, async (args) => {
        const { path, kind, resolveDir, importer } = args
        if (args.pluginData === resolved || kind === 'entry-point') return undefined
        // Ours are in a workspace only where they are written.
        if (isBuiltin(path) || /^(?:express|local)-alb(?:\/|$)/.test(path)) {
          return { path, external: true }
        }
        const found = await build.resolve(path, {
          kind,
          resolveDir,
          importer,
          pluginData: resolved,
        })
        const isOwn =
          found.errors.length === 0 && !found.external && !/[\\/]node_modules[\\/]/.test(found.path)
        return isOwn && found.namespace === 'file' ? undefined : { path, external: true }
      })
      // What is not code, such as a style sheet, is not read.
      build.onLoad({ filter: /.*/ }, ({ path }) =>
        /\.(?:[mc]?[jt]sx?|json)$/.test(path) ? undefined : { contents: '', loader: 'js' },
      )
    },
  }
}
