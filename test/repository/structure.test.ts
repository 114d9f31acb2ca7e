import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesBelow, findCycle, importsOf, onlyReexports, root } from './imports.js'

const read = (file: string): string => readFileSync(join(root, file), 'utf8')

const src = 'packages/adapter/src'
const files = filesBelow(src)
const imports = importsOf(files)

/** Every import as `importer -> imported`, relative to `src`, of which `isBreach` says yes. */
function breaches(isBreach: (importer: string, imported: string) => boolean): string[] {
  const shorten = (file: string): string => file.replace(`${src}/`, '')
  return [...imports].flatMap(([importer, targets]) =>
    targets
      .map(shorten)
      .filter((imported) => isBreach(shorten(importer), imported))
      .map((imported) => `${shorten(importer)} -> ${imported}`),
  )
}

const isIn = (folder: string, file: string): boolean => file.startsWith(`${folder}/`)

describe('the adapter', () => {
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
    expect(files.filter((file) => /\butils?\b/i.test(file))).toEqual([])
  })

  it('has no file of more than 300 lines', () => {
    expect(files.filter((file) => read(file).trimEnd().split('\n').length > 300)).toEqual([])
  })

  it('declares no dependency of any kind', () => {
    const manifest = JSON.parse(read('packages/adapter/package.json')) as Record<string, unknown>
    expect(Object.keys(manifest).filter((field) => /dependencies$/i.test(field))).toEqual([])
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
