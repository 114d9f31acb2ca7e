import { existsSync, readFileSync } from 'node:fs'
import { SourceMap, type SourceMapPayload } from 'node:module'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Place } from '../finding.js'

/** Says where the map of a compiled file is, or holds it. */
export const MAP_COMMENT: RegExp = /^\/\/[#@]\s*sourceMappingURL=(\S+)[^\S\n]*$/gm

/** Where something stands in the code, line and column from 0. */
type Locate = (line: number, column: number) => Place | undefined

/**
 * Tells where something in printed code stands in the source that it was printed from, and from there in the source that
 * this was compiled from, when it says so.
 *
 * @param map of the printed code, as JSON
 */
export function createLocator(file: string, source: string, map: string): Locate {
  const printed = toLocate(JSON.parse(map) as SourceMapPayload, () => file)
  const compiled = mapOf(file, source)
  return (line, column) => {
    const place = printed(line, column)
    if (place === undefined || compiled === undefined) return place
    return compiled(place.line - 1, place.column - 1) ?? place
  }
}

function toLocate(payload: SourceMapPayload, fileOf: (source: string) => string): Locate {
  const positions = new SourceMap(payload)
  return (line, column) => {
    const entry = positions.findEntry(line, column)
    if (!('originalLine' in entry)) return undefined
    const { originalSource, originalLine, originalColumn } = entry
    return { file: fileOf(originalSource), line: originalLine + 1, column: originalColumn + 1 }
  }
}

/** What a compiled file says of the sources that it was made from. */
function mapOf(file: string, source: string): Locate | undefined {
  const url = [...source.matchAll(MAP_COMMENT)].at(-1)?.[1]
  if (url === undefined) return undefined
  try {
    const inline = /^data:application\/json[^,]*?(;base64)?,(.*)$/s.exec(url)
    const mapFile = resolve(dirname(file), decodeURIComponent(url))
    const text =
      inline === null
        ? readFileSync(mapFile, 'utf8')
        : Buffer.from(inline[2] ?? '', inline[1] === undefined ? 'utf8' : 'base64').toString()
    const payload = JSON.parse(text) as SourceMapPayload
    const folder = inline === null ? dirname(mapFile) : dirname(file)
    return onlyExisting(toLocate(payload, (name) => toFile(name, folder, payload.sourceRoot)))
  } catch {
    // A map that cannot be read is none.
    return undefined
  }
}

function toFile(name: string, folder: string, root: string | undefined): string {
  return name.startsWith('file:') ? fileURLToPath(name) : resolve(folder, root ?? '', name)
}

/** A source that is not there helps nobody. */
function onlyExisting(locate: Locate): Locate {
  return (line, column) => {
    const place = locate(line, column)
    return place !== undefined && existsSync(place.file) ? place : undefined
  }
}
