import type { PartialMessage } from 'esbuild'
import type { KeptPackage } from './package-copy.js'
import type { SourcePlace } from './module-scan.js'

/** What the modules of one build were found to need beside themselves. */
export class Findings {
  /** What is copied: path in the deployed folder, and the file or folder. */
  readonly assets: Map<string, string> = new Map()
  /** Of `import` and `require` only; of those that are loaded by path as well once they are known. */
  readonly kept: Map<string, KeptPackage> = new Map()
  /** Packages that turned out to load code of their own by path: to be kept by the next build. */
  readonly discovered: Map<string, KeptPackage> = new Map()
  readonly warnings: PartialMessage[] = []
  readonly errors: PartialMessage[] = []
  /** Packages that Express loads by the name of the view engine, unless `app.engine` gave it one. */
  readonly viewEngines: Map<string, KeptPackage> = new Map()
  readonly engines: Set<string> = new Set()
  /** A `.js` file is copied that is an ES module by the project's package.json. */
  hasModuleAsset = false
  viewEngineSet = false
  viewsSet = false

  keep(kept: KeptPackage): void {
    const key = `${kept.name}\n${kept.root}`
    if (!this.kept.has(key)) this.kept.set(key, kept)
  }

  discover(kept: KeptPackage): void {
    this.discovered.set(kept.root, kept)
  }

  /** For the next build; what was discovered stays known. */
  clear(): void {
    this.assets.clear()
    this.kept.clear()
    this.viewEngines.clear()
    this.engines.clear()
    this.warnings.length = 0
    this.errors.length = 0
    this.hasModuleAsset = false
    this.viewEngineSet = false
    this.viewsSet = false
  }
}

export function at(place: SourcePlace, text: string): PartialMessage {
  const { file, line, column, lineText } = place
  return { text, location: { file, line, column, lineText } }
}
