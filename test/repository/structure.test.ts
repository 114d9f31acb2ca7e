import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesBelow, findCycle, importsOf, onlyReexports, root } from './imports.js'

const read = (file: string): string => readFileSync(join(root, file), 'utf8')

type IsBreach = (importer: string, imported: string) => boolean

/** Every import as `importer -> imported`, relative to `src`, of which `isBreach` says yes. */
function breachesIn(
  imports: ReadonlyMap<string, readonly string[]>,
  src: string,
  isBreach: IsBreach,
): string[] {
  const shorten = (file: string): string => file.replace(`${src}/`, '')
  return [...imports].flatMap(([importer, targets]) =>
    targets
      .map(shorten)
      .filter((imported) => isBreach(shorten(importer), imported))
      .map((imported) => `${shorten(importer)} -> ${imported}`),
  )
}

const isLong = (file: string): boolean => read(file).trimEnd().split('\n').length > 300
const isNamedUtils = (file: string): boolean => /\butils?\b/i.test(file)

const isIn = (folder: string, file: string): boolean => file.startsWith(`${folder}/`)

describe('the adapter', () => {
  const src = 'packages/adapter/src'
  const files = filesBelow(src)
  const imports = importsOf(files)
  const breaches = (isBreach: IsBreach): string[] => breachesIn(imports, src, isBreach)

  it('has the two halves and what joins them where these laws look for them', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        `${src}/index.ts`,
        `${src}/handler.ts`,
        expect.stringContaining(`${src}/alb/`),
        expect.stringContaining(`${src}/http/`),
      ]),
    )
  })

  it('keeps its two halves apart: alb/ and http/ never import each other', () => {
    expect(
      breaches(
        (importer, imported) =>
          (isIn('alb', importer) && isIn('http', imported)) ||
          (isIn('http', importer) && isIn('alb', imported)),
      ),
    ).toEqual([])
  })

  it('joins the halves in handler.ts only', () => {
    const joining = [...imports]
      .filter(([, targets]) =>
        ['alb', 'http'].every((half) => targets.some((target) => isIn(`${src}/${half}`, target))),
      )
      .map(([importer]) => importer)
    // index.ts may name what both export; the next test sees that it does nothing with it.
    expect(joining.filter((file) => file !== `${src}/index.ts`)).toEqual([`${src}/handler.ts`])
  })

  it.each(['index.ts', 'testing.ts'])('has in %s a list of public names, and no code', (entry) => {
    expect(onlyReexports(entry, read(`${src}/${entry}`))).toBe(true)
  })

  it('lets only index.ts import handler.ts', () => {
    expect(
      breaches((importer, imported) => imported === 'handler.ts' && importer !== 'index.ts'),
    ).toEqual([])
  })

  it('imports Node and its own files, nothing else', () => {
    const known = new Set(files.map((file) => file.replace(`${src}/`, '')))
    expect(
      breaches((_importer, imported) => !imported.startsWith('node:') && !known.has(imported)),
    ).toEqual([])
  })

  it('has no import cycle, types included', () => {
    expect(findCycle(imports)).toBe(undefined)
  })

  it('has no file named utils', () => {
    expect(files.filter(isNamedUtils)).toEqual([])
  })

  it('has no file of more than 300 lines', () => {
    expect(files.filter(isLong)).toEqual([])
  })

  it('declares no dependency of any kind', () => {
    const manifest = JSON.parse(read('packages/adapter/package.json')) as Record<string, unknown>
    expect(Object.keys(manifest).filter((field) => /dependencies$/i.test(field))).toEqual([])
  })
})

/** Files of local-alb that load what the user names: an adapter. */
const LOADERS = ['register/adapter.ts', 'doctor/runner/load-app.ts']

describe('local-alb', () => {
  const src = 'packages/local-alb/src'
  const files = filesBelow(src)
  // The inspector's page and what runs in a function's process are JavaScript, and import by themselves.
  const imports = importsOf(
    files.filter((file) => file.endsWith('.ts')),
    LOADERS.map((file) => `${src}/${file}`),
  )
  const breaches = (isBreach: IsBreach): string[] => breachesIn(imports, src, isBreach)
  const manifest = JSON.parse(read('packages/local-alb/package.json')) as {
    dependencies: Record<string, string>
    peerDependencies: Record<string, string>
  }

  it('has no import cycle, types included', () => {
    expect(imports.size).toBeGreaterThan(100)
    expect(findCycle(imports)).toBe(undefined)
  })

  it('imports nothing of the adapter', () => {
    const isForeign = (imported: string): boolean =>
      imported.startsWith('express-alb') || imported.startsWith('packages/')
    expect(breaches((_importer, imported) => isForeign(imported))).toEqual([])
  })

  it('imports Node, its own files, and the packages that it declares', () => {
    const known = new Set(files.map((file) => file.replace(`${src}/`, '')))
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
    const isDeclared = (imported: string): boolean =>
      declared.some((name) => imported === name || imported.startsWith(`${name}/`))
    expect(
      breaches(
        (_importer, imported) =>
          !imported.startsWith('node:') && !known.has(imported) && !isDeclared(imported),
      ),
    ).toEqual([])
  })

  it('declares exact versions of its dependencies', () => {
    const versions = Object.values(manifest.dependencies)
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([])
  })

  it('has in index.ts a list of public names, and no code', () => {
    expect(onlyReexports('index.ts', read(`${src}/index.ts`))).toBe(true)
  })

  it('lets only the program itself import commands that print and end', () => {
    expect(
      breaches(
        (importer, imported) =>
          /^commands\/[\w-]+-command\.ts$/.test(imported) && importer !== 'cli.ts',
      ),
    ).toEqual([])
  })

  it('has no file named utils', () => {
    expect(files.filter(isNamedUtils)).toEqual([])
  })

  it('has no file of code of more than 300 lines', () => {
    const code = files.filter((file) => /\.[mc]?[jt]s$/.test(file))
    expect(code.filter(isLong)).toEqual([])
  })
})

describe('the workspace', () => {
  it('has a lockfile that names no URL', () => {
    expect(read('pnpm-lock.yaml')).not.toContain('://')
  })

  it('starts the example by the file npm start imports', () => {
    const manifest = JSON.parse(read('packages/examples/hello/package.json')) as {
      scripts: Record<string, string>
    }
    expect(manifest.scripts['start']).toBe('node dist/start.js')
  })
})
