import type { Message } from 'esbuild'
import type { FunctionFiles } from '../bundle/function-files.js'
import type { Runtime } from './build-options.js'
import { MAX_DIRECT_UPLOAD_BYTES, toSize } from './limits.js'
import type { Verification } from './verify.js'

interface Facts {
  readonly files: FunctionFiles
  readonly zipBytes: number
  readonly target: Runtime
  readonly verification: Verification | undefined
}

/**
 * What the user should know of a build, one text for each; those of the user's own sources first. Express's `require()` of
 * a view engine is not among them: engines are found where they are set.
 */
export function toWarnings({ files, zipBytes, target, verification }: Facts): readonly string[] {
  const warnings = files.warnings
    .filter(({ location }) => !/^node_modules\/express@.*\/view\.js$/.test(location?.file ?? ''))
    .map((message) => describe(message))
  const isForeign = (text: string): boolean => text.startsWith('node_modules/')
  const sources = [
    ...warnings.filter((text) => !isForeign(text)),
    ...onePerPackage(warnings.filter(isForeign)),
  ]
  return [...sources, ...ofRuntime(target), ...ofSize(zipBytes), ...ofStart(verification)]
}

function ofRuntime(target: Runtime): readonly string[] {
  if (target !== 'nodejs20.x') return []
  return [
    'nodejs20.x is deprecated since 30 April 2026; Lambda makes no new functions with it since 31 August 2026 and updates none since 30 September 2026: build with --target nodejs22.x or nodejs24.x',
  ]
}

function ofSize(zipBytes: number): readonly string[] {
  if (zipBytes <= MAX_DIRECT_UPLOAD_BYTES) return []
  return [
    `The zip is ${toSize(zipBytes)}, and Lambda takes 50 MB directly: upload it to S3 and deploy it from there`,
  ]
}

function ofStart(verification: Verification | undefined): readonly string[] {
  if (verification?.kind === 'skipped') {
    return [`It was not started here: ${verification.reason}. Try it behind a test rule first`]
  }
  if (verification?.kind !== 'answered' || verification.status < 500) return []
  return [
    `It answered the health check with ${verification.status}. Give what it needs with --env-file, or another path with --health-check`,
  ]
}

/** esbuild's names, in words that say what to do. */
const TEXTS: Readonly<Record<string, string>> = {
  'unsupported-dynamic-import':
    'import() of a computed name: what it loads is not in the bundle. Import it by its name, or copy its package with --keep <package>',
  'unsupported-require-call':
    'require() of a computed name: what it loads is not in the bundle. Require it by its name, or copy its package with --keep <package>',
  'indirect-require':
    'require is used as a value: what it loads is not in the bundle. Call it with names, or copy what it loads with --keep <package>',
  'require-resolve-not-external':
    'require.resolve() of what is in the bundle: there is no such file when it runs. Copy its package with --keep <package>',
}

function describe({ id, text, location }: Message): string {
  const place = location === null ? '' : `${location.file}:${location.line}: `
  return place + (TEXTS[id] ?? text)
}

/** Installed packages do it a lot, and mostly for what nobody uses: the first place of each. */
function onePerPackage(warnings: readonly string[]): readonly string[] {
  const byPackage = new Map<string, string[]>()
  for (const warning of warnings) {
    const key = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(warning)?.[1] ?? warning
    byPackage.set(key, [...(byPackage.get(key) ?? []), warning])
  }
  return [...byPackage.values()].map(([first = '', ...more]) =>
    more.length === 0 ? first : `${first} (and ${more.length} more in this package)`,
  )
}
