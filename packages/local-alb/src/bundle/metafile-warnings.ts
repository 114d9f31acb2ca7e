import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { resolve } from 'node:path'
import type { Message, Metafile } from 'esbuild'
import type { Places } from './places.js'

/**
 * Warnings of `require('./plugins/' + name)`: esbuild bundles all that may be meant, and finds it again by its full name
 * only, where Node also takes names without extension.
 */
export function globWarnings({ inputs }: Metafile, places: Places): Message[] {
  return Object.entries(inputs).flatMap(([input, { imports }]) =>
    imports
      .filter(({ path }) => path.endsWith('*'))
      .map(({ path }) => {
        const [folder = ''] = path.split('*')
        return warningAt(
          resolve(places.root, input),
          folder,
          `a computed name below ${folder}: all files there are in the bundle, but are found by names with their extension only. Add the extension, or copy the package with --keep <package>`,
          places,
        )
      }),
  )
}

/** Warnings of modules that the project's own sources can do without and that are not installed. */
export function missingWarnings(
  { inputs }: Metafile,
  isKnown: (path: string) => boolean,
  places: Places,
): Message[] {
  return Object.entries(inputs).flatMap(([input, { imports }]) => {
    const file = resolve(places.root, input)
    // Packages are told of when they are resolved.
    if (/^[\w-]+:/.test(input) || !places.packageOf(file).isOwn) return []
    return imports
      .filter(({ path, external }) => external === true && /^[\w@]/.test(path))
      .filter(({ path }) => !isBuiltin(path) && !isKnown(path))
      .map(({ path }) => {
        const text = `${path} is not installed. Nothing to do unless the function needs it`
        return warningAt(file, path, text, places)
      })
  })
}

/** esbuild's metafile has no lines; the first that has the name. */
function warningAt(file: string, name: string, text: string, places: Places): Message {
  const lines = readFileSync(file, 'utf8').split('\n')
  const line = Math.max(
    0,
    lines.findIndex((candidate) => candidate.includes(name)),
  )
  const location = {
    file: places.show(file),
    namespace: 'file',
    line: line + 1,
    column: 0,
    length: 0,
    lineText: lines[line] ?? '',
    suggestion: '',
  }
  return { id: '', pluginName: '', text, location, notes: [], detail: undefined }
}
