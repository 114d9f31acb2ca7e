import { resolve } from 'node:path'
import { toMegabytes } from './probes/result-size.js'
import type { Observation } from './finding.js'

/** Code of this size takes a second or so to load at a cold start. */
const LARGE_BYTES = 10 * 1_048_576
/** Lambda quotas: deployment package, unzipped. */
const LIMIT_BYTES = 250 * 1_048_576

/** Looks at how much code the app and its packages are, minified, as `local-alb build` would make it. */
export async function judgeSize(entry: string): Promise<Observation | undefined> {
  const { build } = await import('esbuild')
  try {
    const { outputFiles } = await build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      minify: true,
      outdir: resolve(process.cwd(), 'unwritten'),
      absWorkingDir: process.cwd(),
      platform: 'node',
      format: 'esm',
      mainFields: ['module', 'main'],
      loader: { '.node': 'empty', '.wasm': 'empty' },
      logLevel: 'silent',
    })
    const bytes = outputFiles.reduce((sum, { contents }) => sum + contents.length, 0)
    if (bytes <= LARGE_BYTES) return undefined
    return {
      kind: 'bundle-size',
      what: `The app and its packages are ${toMegabytes(bytes)} of minified code`,
      place: { file: entry, line: 1, column: 1 },
      ...(bytes > LIMIT_BYTES && { severity: 'breaks' as const }),
    }
  } catch {
    // `local-alb build` tells why it cannot be bundled.
    return undefined
  }
}
