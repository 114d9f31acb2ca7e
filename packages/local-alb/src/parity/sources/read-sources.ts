import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { ParityError } from '../parity-error.js'
import { looksLikeAccessLog, readAccessLog } from './access-log.js'
import { readHar } from './har.js'
import { readRequestList } from './request-list.js'
import { type Source, SourceBuilder } from './source.js'

export type SourceFormat = 'har' | 'access-log' | 'list'

export interface ReadSourcesOptions {
  /** Default: by what the file says. */
  readonly format?: SourceFormat | undefined
  /** Of a HAR file; see {@link readHar}. */
  readonly origins?: readonly string[] | undefined
}

/**
 * The requests of some files, in order; of a folder all its files, as access logs are stored. `-` is standard input. What
 * is compressed with gzip is taken out of it.
 *
 * @throws {ParityError} naming file and line
 */
export function readSources(files: readonly string[], options: ReadSourcesOptions = {}): Source {
  const all = new SourceBuilder()
  for (const file of files.flatMap(toFiles)) {
    const source = readSource(file, options)
    for (const request of source.requests) all.requests.push(request)
    for (const [reason, count] of source.leftOut) all.leaveOut(reason, count)
  }
  return all
}

function readSource(file: string, { format, origins }: ReadSourcesOptions): Source {
  const name = file === '-' ? 'standard input' : file
  const text = toText(decompress(readBytes(file), name), file)
  const known = format ?? detect(text)
  if (known === 'har') return readHar(text, name, origins)
  if (known === 'access-log') return readAccessLog(text, name)
  return readRequestList(text, name, file === '-' ? process.cwd() : dirname(file))
}

function toFiles(path: string): string[] {
  if (path === '-') return [path]
  try {
    if (!statSync(path).isDirectory()) return [path]
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted()
  } catch (error) {
    throw cannotRead(path, error)
  }
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file === '-' ? 0 : file)
  } catch (error) {
    throw cannotRead(file, error)
  }
}

function cannotRead(path: string, error: unknown): ParityError {
  const { code, message } = error as NodeJS.ErrnoException
  const why = code === 'ENOENT' ? 'there is no such file' : `it cannot be read: ${message}`
  return new ParityError(`--from ${path}: ${why}`)
}

function decompress(bytes: Buffer, name: string): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes)
  } catch (error) {
    throw new ParityError(`${name} is cut short or damaged (gzip: ${(error as Error).message})`)
  }
}

/** Node has no string of more than 512 MB. */
function toText(bytes: Buffer, file: string): string {
  try {
    return bytes.toString()
  } catch (error) {
    throw cannotRead(file, error)
  }
}

function detect(text: string): SourceFormat {
  const start = text.replace(/^\uFEFF/, '').trimStart()
  if (start.startsWith('{')) return 'har'
  return looksLikeAccessLog(start.slice(0, 200)) ? 'access-log' : 'list'
}
