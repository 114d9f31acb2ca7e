import { constants } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { type Unzipped, unzipSync, type Zippable, zipSync } from 'fflate'
import type { FileSource } from '../bundle/function-files.js'

const UNIX = 3
const FILE = constants.S_IFREG
const READABLE = 0o644
const EXECUTABLE = 0o755
const ANY_EXECUTE = 0o111

export interface ZipFile {
  readonly bytes: Uint8Array
  readonly unzippedBytes: number
}

/**
 * A zip whose bytes depend on nothing but the files' names, contents, and whether they can be executed: entries in the
 * order of their names, one time and two modes, compressed by the same code on every system and version of Node.js.
 * Lambda needs files that everybody can read (Lambda guide, "Deploy Node.js Lambda functions with .zip file archives").
 */
export async function toZip(files: ReadonlyMap<string, FileSource>): Promise<ZipFile> {
  const entries: Zippable = {}
  // The earliest day that a zip can say; it is written as a clock here would show it.
  const mtime = new Date(1980, 0, 1, 12)
  let unzippedBytes = 0
  for (const [path, source] of [...files].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const contents = typeof source === 'string' ? await readFile(source) : source
    const mode = typeof source === 'string' ? (await stat(source)).mode : 0
    const permissions = (mode & ANY_EXECUTE) === 0 ? READABLE : EXECUTABLE
    unzippedBytes += contents.length
    entries[path] = [
      contents,
      { mtime, os: UNIX, attrs: ((FILE | permissions) << 16) >>> 0, level: 6 },
    ]
  }
  return { bytes: zipSync(entries), unzippedBytes }
}

/** The files of a zip by their names. */
export function unzip(bytes: Uint8Array): Unzipped {
  return unzipSync(bytes)
}
